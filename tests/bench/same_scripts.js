// Prints the second file of each pair (two paths a line, a tab between, on stdin) whose syntax tree differs from the first's.
// `node --expose-internals`: the parser is the one that Node itself carries.
"use strict";
const acorn = require("internal/deps/acorn/acorn/dist/acorn");
const fs = require("fs");

const options = { ecmaVersion: "latest", allowReturnOutsideFunction: true, allowHashBang: true };

function bare(key, value) {
  if (key === "start" || key === "end") return undefined;
  return typeof value === "bigint" ? String(value) : value;
}

function tree(path) {
  const text = fs.readFileSync(path, "utf8");
  try {
    return JSON.stringify(acorn.parse(text, options), bare);
  } catch (error) {
    return JSON.stringify(acorn.parse(text, { ...options, sourceType: "module" }), bare);
  }
}

for (const line of fs.readFileSync(0, "utf8").trim().split("\n")) {
  const [before, after] = line.split("\t");
  if (tree(before) !== tree(after)) console.log(after);
}
