// Bundles the extension in the folder it stands in: dist/extension.js, and THIRD-PARTY.txt with the licence of every
// package that went into it. Usage: node bundle.mjs VERSION

import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const ALLOWED = new Set(["MIT", "ISC", "BlueOak-1.0.0"]);

const version = process.argv[2];
if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version)) {
  throw new Error("usage: node bundle.mjs VERSION (three numbers)");
}

const { metafile } = await build({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify: true,
  sourcemap: false,
  legalComments: "none",
  metafile: true,
});

const folders = new Set();
for (const input of Object.keys(metafile.inputs)) {
  const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (found !== null) {
    folders.add(found[1]);
  }
}
const parts = ["Packages that are part of dist/extension.js, with their licences.\n"];
for (const folder of [...folders].sort()) {
  const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  if (!ALLOWED.has(about.license)) {
    throw new Error(`${about.name} ${about.version}: licence ${about.license} is not among ${[...ALLOWED].join(", ")}`);
  }
  const name = (await readdir(folder)).find((file) => /^licen[cs]e(\.|$)/i.test(file));
  if (name === undefined) {
    throw new Error(`${about.name} ${about.version} has no licence text`);
  }
  const text = (await readFile(join(folder, name), "utf8")).replaceAll("\r\n", "\n").trim();
  parts.push(`${"=".repeat(80)}\n${about.name} ${about.version} (${about.license})\n\n${text}\n`);
}
await writeFile("THIRD-PARTY.txt", parts.join("\n"));

const manifest = JSON.parse(await readFile("package.json", "utf8"));
manifest.version = version;
delete manifest.devDependencies;
await writeFile("package.json", `${JSON.stringify(manifest, null, 2)}\n`);
