function bad(text) {
  eval(text); // flag
  return new Function("a", text); // flag
}
function good(text) {
  eval("1");
  return JSON.parse(text);
}
