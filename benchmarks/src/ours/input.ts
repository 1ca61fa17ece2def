// A folder of JPEG files to batches in memory, and nothing else, as a program that the benchmarks ask for images.
import { parseArgs } from "node:util";
import { randomKey } from "@simclr/core";
import { batches, bilinearDecoder, imageFolder } from "@simclr/data";
import { tensorflowJpegDecoder } from "@simclr/runtime";
import { serve } from "./serve.js";

const { values } = parseArgs({
  options: {
    folder: { type: "string", default: "" },
    "image-size": { type: "string", default: "32" },
    batch: { type: "string", default: "64" },
  },
});
const size = Number(values["image-size"]);
const decoder = await bilinearDecoder({ jpeg: await tensorflowJpegDecoder() });
const dataset = await imageFolder(values.folder, { imageSize: [size, size], fit: "cover", decoder });
const epoch = batches(dataset, { batchSize: Number(values.batch), key: randomKey(0), epochs: 1, reuse: true });
await serve<{ epochs: number }>({}, async ({ epochs }) => {
  for (let i = 0; i < epochs; i++) for await (const _ of epoch);
});
