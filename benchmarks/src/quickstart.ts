// The README's first command on a fresh clone of the last commit: how long it takes, and what the encoder learned.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeResult } from "./result.js";
import { runCommand } from "./run-command.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const clone = mkdtempSync(join(tmpdir(), "simclr-quickstart-"));
await runCommand("git", ["clone", "--quiet", repository, clone], tmpdir());
const seconds = await runCommand("npx", ["-y", "pnpm@10", "start"], clone);
const [run] = readdirSync(join(clone, "runs"));
if (run === undefined) throw new Error("The quickstart left no run folder.");
// Where it lay is of no interest to others.
const { runFolder: _, ...report } = JSON.parse(readFileSync(join(clone, "runs", run, "report", "report.json"), "utf8"));
writeResult("quickstart", {
  what: "npx -y pnpm@10 start on a fresh clone: install, build, pretrain, report",
  seconds,
  report,
});
rmSync(clone, { recursive: true });
