// Writes docs/fidelity.md: how far what we compute is from what others compute, for all families.
//   pnpm fidelity
// The tests that compare with another library name it, and `expectClose` leaves the largest difference in their meta. They run here.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** What titles call a library, and what its fixtures call it. */
const libraries = [
  [/lightly/, "lightly"],
  [/torchvision/, "torchvision"],
  [/PyTorch|\btorch\./, "torch"],
  [/optax/, "optax"],
  [/kornia/, "kornia"],
  [/PIL/, "pillow"],
  [/scikit-learn/, "sklearn"],
  [/the reference|TensorFlow|simclrv\d/, "google-research/simclr"],
];
/** Tests that name a library and compare with something else: statistics of draws, finite differences. */
const others = /draws|fill the|gradient of its differences|simclrView/;
const families = [
  ["Backbones", "backbones"],
  ["Losses", "losses"],
  ["Optimizers and schedules", "optimizers"],
  ["Augmentations", "augmentations"],
  ["Training steps", "training"],
  ["Evaluation", "evaluation"],
];
const anyLibrary = libraries.map(([pattern]) => pattern.source).join("|");
const shown = (value) => (value === 0 ? "0" : value.toExponential(1));

const scratch = mkdtempSync(join(tmpdir(), "simclr-fidelity-"));
const sections = families.map(([title, name]) => `## ${title}\n\n${tableOf(name)}`);
const weights = execFileSync("pnpm", ["--silent", "--filter", "@simclr/weights", "fidelity"], { encoding: "utf8" });
rmSync(scratch, { recursive: true });

const document = `# Fidelity

What others compute and what we compute with the same numbers: the largest difference, as a share of the largest number of the reference. Written
by \`pnpm fidelity\` on the cpu backend of TensorFlow.js, in float32. Each row is a test that runs with all others, of one case or of several;
scripts beside the fixtures have what made the references, without the project's code.

${sections.join("\n\n")}

In bytes, member by member: [pixel equality](../packages/augmentations/docs/pixel-equality.md).

${weights.slice(weights.indexOf("## Weights in"))}`;
writeFileSync("docs/fidelity.md.tmp", document);
renameSync("docs/fidelity.md.tmp", "docs/fidelity.md");

function tableOf(name) {
  const folder = join("packages", name);
  const output = join(scratch, `${name}.json`);
  const pattern = `^(?!on backend tensorflow).*(${anyLibrary})`;
  execFileSync("pnpm", ["exec", "vitest", "run", "-t", pattern, "--reporter=json", `--outputFile=${output}`], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const versions = versionsIn(join(folder, "src", "fixtures"));
  const rows = new Map();
  for (const file of JSON.parse(readFileSync(output, "utf8")).testResults) {
    for (const { title, fullName, meta } of file.assertionResults) {
      if (meta.largestDifference === undefined) continue;
      const [, library] = libraries.find(([known]) => known.test(fullName)) ?? [];
      if (library === undefined || others.test(title)) continue;
      const said = title
        .replace(/'(\w+)'/g, "$1")
        .replaceAll("+0", "0")
        .replaceAll("|", "\\|");
      const member = `${basename(file.name, ".test.ts")}: ${said}`;
      // Cases that differ by their numbers alone are one row.
      const key = `${library} ${member.replace(/-?\d+(\.\d+)?/g, "#")}`;
      const row = rows.get(key) ?? { member, library, cases: 0, difference: 0 };
      rows.set(key, { ...row, cases: row.cases + 1, difference: Math.max(row.difference, meta.largestDifference) });
    }
  }
  const lines = [...rows.values()].map(
    ({ member, library, cases, difference }) =>
      `| ${member} | ${[library, versions[library]?.split("+")[0]].filter(Boolean).join(" ")} | ${cases} | ${shown(difference)} |`,
  );
  return ["| Member | Reference | Cases | Largest difference |", "| --- | --- | --- | --- |", ...lines].join("\n");
}

/** The versions of libraries that a package's fixtures were made with. */
function versionsIn(folder) {
  const fixtures = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return Object.assign({}, ...fixtures.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")).versions));
}
