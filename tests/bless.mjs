// See bless.sh. A golden is tests/goldens/NAME.ts, or tests/goldens/NAME/main.ts with modules beside it;
// its expectation stands beside it as NAME.out. Types are stripped, nothing else is changed, and Node runs it.
import { createRequire } from "node:module";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const require = createRequire(path.resolve(process.env.RAYA_ORACLE, "x.js"));
const ts = require("typescript");
const esbuild = require("esbuild");

const goldens = path.resolve("tests/goldens");
const wanted = process.argv.slice(2);
const entries = fs.readdirSync(goldens, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() || entry.name.endsWith(".ts"))
  .map((entry) => entry.isDirectory() ? { name: entry.name, dir: true } : { name: entry.name.slice(0, -3), dir: false })
  .filter(({ name }) => wanted.length === 0 || wanted.includes(name));

/** All TypeScript files of a golden, the entry first. */
function sources({ name, dir }) {
  if (!dir) return [path.join(goldens, name + ".ts")];
  const all = fs.readdirSync(path.join(goldens, name), { recursive: true }).filter((file) => file.endsWith(".ts"));
  return ["main.ts", ...all.filter((file) => file !== "main.ts")].map((file) => path.join(goldens, name, file));
}

function typeCheck() {
  const files = [path.resolve("compiler/prelude/raya.d.ts"), ...entries.flatMap(sources)];
  const program = ts.createProgram(files, {
    strict: true, noEmit: true, types: [], lib: ["lib.es2023.d.ts"],
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler, moduleDetection: ts.ModuleDetectionKind.Force,
  });
  const problems = ts.getPreEmitDiagnostics(program);
  const host = { getCurrentDirectory: () => process.cwd(), getNewLine: () => "\n", getCanonicalFileName: (f) => f };
  if (problems.length > 0) process.stderr.write(ts.formatDiagnostics(problems, host));
  return problems.length === 0;
}

function run(entry) {
  const files = sources(entry);
  const base = path.dirname(files[0]);
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "raya-bless-"));
  fs.writeFileSync(path.join(scratch, "package.json"), '{"type":"module"}');
  for (const file of files) {
    const target = path.join(scratch, path.relative(base, file).replace(/\.ts$/, ".js"));
    fs.mkdirSync(path.dirname(target), { recursive: true });
    const options = { loader: "ts", target: "es2022", tsconfigRaw: { compilerOptions: { useDefineForClassFields: true } } };
    fs.writeFileSync(target, esbuild.transformSync(fs.readFileSync(file, "utf8"), options).code);
  }
  const main = path.join(scratch, path.basename(files[0]).replace(/\.ts$/, ".js"));
  try {
    return execFileSync(process.execPath, [main], { encoding: "utf8", timeout: 60_000, stdio: ["ignore", "pipe", "inherit"] });
  } finally {
    fs.rmSync(scratch, { recursive: true });
  }
}

if (!typeCheck()) process.exit(1);
for (const entry of entries) fs.writeFileSync(path.join(goldens, entry.name + ".out"), run(entry));
console.log(`${entries.length} expectations made with Node ${process.version}`);
