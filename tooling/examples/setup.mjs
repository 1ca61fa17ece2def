// Examples run in a scratch folder with a folder of photos in it, on TensorFlow.
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useTensorFlow } from "@simclr/runtime";
import sharp from "sharp";

const scratch = mkdtempSync(join(tmpdir(), "simclr-examples-"));
for (const [label, [r, g, b]] of Object.entries({ cats: [200, 120, 40], dogs: [60, 90, 180] })) {
  mkdirSync(join(scratch, "photos", label), { recursive: true });
  for (let i = 0; i < 12; i++) {
    const background = { r: r - 5 * i, g: g + 3 * i, b };
    const photo = sharp({ create: { width: 64, height: 48 + i, channels: 3, background } });
    await photo.jpeg().toFile(join(scratch, "photos", label, `${i}.jpg`));
  }
}
process.chdir(scratch);
await useTensorFlow();
