// Writes src/fixtures/exports/: what exportEncoder makes of networks of known numbers. scripts/check_exports.py runs them.
//   pnpm --filter @simclr/weights export-fixtures
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import "@tensorflow/tfjs-backend-cpu";
import { exportEncoder } from "../src/index.js";
import { exportCases, knownEncoder } from "../src/testing/export-cases.js";

const folder = fileURLToPath(new URL("../src/fixtures/exports/", import.meta.url));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const { name, options, exported } of exportCases) {
  const { files } = await exportEncoder(knownEncoder(options), exported);
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(folder, `${name}-${basename(file)}`), bytes);
}
