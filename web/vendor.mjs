// Copies the report's libraries, and their licences, out of node_modules into the Python package.
//
//   npm ci --ignore-scripts && npm run vendor     writes lineage/report/html/vendor
//   npm run check                                 fails where what is committed differs
//
// Analysts have no node, so the result is committed.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const target = join(here, "..", "lineage", "report", "html", "vendor");

const LIBRARIES = [
  { name: "cytoscape", file: "dist/cytoscape.min.js", as: "cytoscape.min.js", licences: ["cytoscape"] },
  {
    name: "@dagrejs/dagre",
    file: "dist/dagre.min.js",
    as: "dagre.min.js",
    licences: ["@dagrejs/dagre", "@dagrejs/graphlib"], // its bundle contains graphlib
  },
];

function read(name, file) {
  return readFileSync(join(modules, name, file), "utf8").replaceAll("\r\n", "\n");
}

function version(name) {
  return JSON.parse(read(name, "package.json")).version;
}

function script(library) {
  const source = read(library.name, library.file).replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
  if (/<\/script|<!--/i.test(source)) {
    throw new Error(`${library.name}: ${library.file} can't stand inside a <script> element`);
  }
  return source;
}

function outputs() {
  const files = new Map();
  const lines = [
    "# Vendored libraries",
    "",
    "Written by `web/vendor.mjs` from the versions in `web/package-lock.json`; don't edit by hand.",
    "",
    "| file | library | licence | SHA-256 |",
    "|---|---|---|---|",
  ];
  for (const library of LIBRARIES) {
    const source = script(library);
    files.set(library.as, source);
    const digest = createHash("sha256").update(source).digest("hex");
    const named = library.licences.map((name) => `${name} ${version(name)}`).join(", ");
    lines.push(`| ${library.as} | ${named} | MIT | ${digest} |`);
    for (const name of library.licences) {
      files.set(`LICENSE.${name.split("/").pop()}.txt`, read(name, "LICENSE"));
    }
  }
  files.set("README.md", `${lines.join("\n")}\n`);
  return files;
}

const check = process.argv.includes("--check");
let stale = 0;
mkdirSync(target, { recursive: true });
for (const [name, content] of outputs()) {
  const path = join(target, name);
  if (!check) {
    writeFileSync(path, content);
  } else if (!existsSync(path) || readFileSync(path, "utf8") !== content) {
    console.error(`${path}: differs from node_modules; run: npm run vendor`);
    stale += 1;
  }
}
process.exit(stale ? 1 : 0);
