function show(element, req) {
  element.innerHTML = req.query.name; // flag
  element.innerHTML = "<b>done</b>";
  element.textContent = req.query.name;
}
