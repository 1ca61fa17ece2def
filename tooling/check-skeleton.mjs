// Every package has the same skeleton. Prints what is missing, or how many packages it looked at.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const problems = [];
const published = readdirSync("packages").map((folder) => join("packages", folder));
const examples = readdirSync("examples").map((folder) => join("examples", folder));

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const require = (folder, holds, what) => holds || problems.push(`${folder}: ${what}`);

const changesets = readdirSync(".changeset")
  .filter((file) => file.endsWith(".md") && file !== "README.md")
  .map((file) => readFileSync(join(".changeset", file), "utf8"))
  .join("\n");

for (const folder of published) {
  const manifest = manifestOf(folder);
  const name = folder === join("packages", "cli") ? "simclr" : `@simclr/${folder.split(/[\\/]/).at(-1)}`;
  require(folder, manifest.name === name, `is named ${manifest.name}, not ${name}`);
  for (const file of ["README.md", "tsconfig.json", "tsup.config.ts", "vitest.config.ts", "src/index.ts"]) {
    require(folder, existsSync(join(folder, file)), `has no ${file}`);
  }
  for (const script of ["build", "test", "typecheck", "check"]) {
    require(folder, manifest.scripts?.[script], `has no script "${script}"`);
  }
  require(folder, manifest.type === "module", 'is not "type": "module"');
  require(folder, manifest.sideEffects === false, 'does not say "sideEffects": false');
  require(folder, manifest.license === "Apache-2.0", "has no license");
  require(folder, manifest.description?.endsWith("."), "has no description that is a sentence");
  require(folder, manifest.engines?.node === ">=20.12", 'does not say "engines": { "node": ">=20.12" }');
  require(folder, manifest.publishConfig?.access === "public", "is not published with public access");
  for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
    if (entry === "./package.json") continue;
    const order = Object.keys(target).join(", ");
    require(folder, order === "@simclr/source, types, default", `export ${entry} has the conditions ${order}`);
    require(folder, existsSync(join(folder, target["@simclr/source"])), `export ${entry} names a missing source`);
  }
  const peers = manifest.peerDependencies ?? {};
  require(folder, name === "simclr" || peers["@tensorflow/tfjs-core"], "has no peer dependency on tfjs-core");
  require(folder, changesets.includes(`"${name}"`) ||
    existsSync(join(folder, "CHANGELOG.md")), "has neither a changeset nor a changelog");
  const readme = existsSync(join(folder, "README.md")) ? readFileSync(join(folder, "README.md"), "utf8") : "";
  require(folder, readme.startsWith(`# ${name}`), `README does not start with "# ${name}"`);
  require(folder, readme.includes("```"), "README has no example");
}

for (const folder of examples) {
  require(folder, manifestOf(folder).private === true, "is an example and not private");
  require(folder, existsSync(join(folder, "README.md")), "has no README.md");
}

const isLong = (file) => readFileSync(file, "utf8").split("\n").length > 301;
for (const folder of published) {
  for (const file of readdirSync(join(folder, "src"), { recursive: true })) {
    if (!file.endsWith(".ts")) continue;
    require(folder, !isLong(join(folder, "src", file)), `src/${file} is longer than 300 lines`);
    require(folder, !/(^|[\\/])utils?\.ts$/.test(file), `src/${file}: a file is named after its concept`);
  }
}

for (const problem of problems) console.error(problem);
console.log(`skeleton: ${published.length} packages, ${examples.length} examples, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
