// Writes every documented example as a module, and one test a package that runs them one after the other.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { extractExamples } from "./extract.mjs";

const only = process.argv.slice(2);
const folders = ["packages", "examples"].flatMap((parent) => readdirSync(parent).map((name) => join(parent, name)));
let count = 0;
for (const folder of [".", ...folders]) {
  const out = join(folder, "documented");
  rmSync(out, { recursive: true, force: true });
  if (only.length > 0 && !only.includes(folder)) continue;
  const examples = extractExamples(folder);
  if (examples.length === 0) continue;
  mkdirSync(out);
  const tests = examples.map(({ name, code }, index) => {
    // `export {}` makes an example without imports a module too.
    writeFileSync(join(out, `example-${index}.ts`), `// ${name}\n${code}export {};\n`);
    return `test(${JSON.stringify(name)}, async () => { await import("./example-${index}.js"); });`;
  });
  writeFileSync(join(out, "documented.test.ts"), `import { test } from "vitest";\n${tests.join("\n")}\n`);
  count += examples.length;
}
console.log(`${count} documented examples`);
