const { exec, execFile } = require("child_process");
function bad(name) {
  exec("ls " + name); // flag
}
function good(name) {
  exec("ls");
  execFile("ls", [name]);
  /x/.exec(name);
}
