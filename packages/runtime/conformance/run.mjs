// Runs tfjs-core's own tests against the backend and holds the failures against the committed list, which may only
// shrink: a new failure fails the script, and so does a failure that is listed and has passed.
//
//   pnpm --filter @simclr/runtime conformance [--report <file>]     the report holds every failure with its message
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { tfjsNodePlugin } from "@simclr/tooling/tfjs-node";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const json = (path) => JSON.parse(readFileSync(here(path), "utf8"));

// tfjs-core's tests are ES modules without file extensions, which Node cannot load: they are bundled, with one tfjs-core.
const core = createRequire(import.meta.url).resolve("@tensorflow/tfjs-core/dist/index.js");
const oneCore = {
  name: "one-core",
  setup({ onResolve }) {
    onResolve({ filter: /^@tensorflow\/tfjs-core$/ }, ({ importer }) =>
      /tfjs-node-gpu[\\/]dist/.test(importer) ? undefined : { path: core },
    );
  },
};
const outfile = here("../node_modules/.cache/conformance.mjs");
mkdirSync(dirname(outfile), { recursive: true });
await build({
  entryPoints: [here("./suite.mjs")],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "error",
  // tfjs-core says that its modules have no side effects; its tests are nothing else.
  ignoreAnnotations: true,
  // What loads files of its own stays outside.
  external: ["koffi", "jasmine-core", "yauzl", "proper-lockfile", "leven", "protobufjs"],
  conditions: ["@simclr/source"],
  mainFields: ["module", "main"],
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  plugins: [oneCore, tfjsNodePlugin],
});

// Which kernels run depends on it; the list of failures is of the runtime's default.
delete process.env.TF_ENABLE_ONEDNN_OPTS;
const started = performance.now();
const { runSuite } = await import(outfile);
const { version, specs } = await runSuite();
const seconds = Math.round((performance.now() - started) / 1000);

const expected = new Map(json("./expected-failures.json").map((entry) => [entry.test, entry]));
const exclusions = json("./tfjs-node-exclusions.json").exclusions;
const named = (status) => specs.filter((spec) => spec.status === status);
const failed = named("failed");
const ran = specs.length - named("pending").length - named("excluded").length;
const failedNames = new Set(failed.map(({ fullName }) => fullName));
const unexpected = failed.filter(({ fullName }) => !expected.has(fullName));
// Last bits and oneDNN's choice of algorithm depend on the processor: these may pass elsewhere.
const mended = [...expected.values()].filter((entry) => !failedNames.has(entry.test) && !entry.dependsOnProcessor);
const alsoExcluded = failed.filter(({ fullName }) => exclusions.some((part) => fullName.includes(part)));
const excludedByTfjsNode = specs.filter(({ fullName }) => exclusions.some((part) => fullName.includes(part)));

const report = process.argv.indexOf("--report");
if (report > 0) {
  const failures = failed.map(({ fullName, failedExpectations: [first] }) => ({
    test: fullName,
    message: first?.message.slice(0, 600),
    stack: first?.stack?.split("\n").slice(0, 8),
  }));
  writeFileSync(process.argv[report + 1], `${JSON.stringify(failures, null, 2)}\n`);
}
for (const { fullName, failedExpectations } of unexpected) {
  console.error(`NEW FAILURE  ${fullName}\n             ${failedExpectations[0]?.message.slice(0, 300)}`);
}
for (const { test } of mended)
  console.error(`NOW PASSES   ${test}\n             remove it from expected-failures.json`);
console.log(
  [
    `tfjs-core's own tests on TensorFlow ${version}, ${seconds} s:`,
    `${ran} run, ${named("passed").length} passed, ${failed.length - unexpected.length} expected failures, ` +
      `${named("pending").length + named("excluded").length} skipped by tfjs-core itself`,
    `tfjs-node excludes ${excludedByTfjsNode.length} of them; ${alsoExcluded.length} of our failures are among those`,
    `${unexpected.length} new failures, ${mended.length} expected failures that pass`,
  ].join("\n"),
);
process.exit(unexpected.length + mended.length > 0 ? 1 : 0);
