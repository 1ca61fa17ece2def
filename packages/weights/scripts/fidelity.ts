// Prints how far what we compute with other people's weights, and they with ours, is apart: a part of docs/fidelity.md, which
// pnpm fidelity writes.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { backboneFromSpec } from "@simclr/backbones";
import { disposeTree } from "@simclr/core";
import "@tensorflow/tfjs"; // with all gradients
import { version_converter as converter, loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { exportEncoder, importEncoderFrom } from "../src/index.js";
import { exportCases, knownEncoder } from "../src/testing/export-cases.js";
import { importFidelity, largestDifference, type ReferenceCase } from "../src/testing/import-fidelity.js";
import { noise } from "../src/testing/noise.js";

await tf.setBackend("cpu");

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const fixture = (name: string) => JSON.parse(readFileSync(path(`../src/fixtures/${name}`), "utf8"));
const shown = (value: number) => (value === 0 ? "0" : value.toExponential(1));
const versionsOf = ({ versions }: { versions: Record<string, string> }) =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version.split("+")[0]}`)
    .join(", ");

const imports: string[] = [];
for (const folder of ["torch", "transformers", "tensorflow", "simclr2"]) {
  const goldens = fixture(`${folder}/goldens.json`);
  for (const reference of goldens.cases as ReferenceCase[]) {
    const { spec, imageSize } = reference;
    const told = { ...(spec && { spec }), ...(imageSize && { imageSize }) };
    const encoder = await importEncoderFrom(path(`../src/fixtures/${folder}/${reference.file}`), told);
    const { member, features, trainingFeatures, gradients } = importFidelity(encoder, reference);
    const differences = [features, trainingFeatures, gradients].map(shown).join(" | ");
    imports.push(`| ${member} | ${versionsOf(goldens)} | ${differences} |`);
  }
}

const checked = fixture("exports.json");
const exports: string[] = [];
for (const { name, options, exported, imagesShape } of exportCases) {
  const encoder = knownEncoder(options);
  const images = noise("images", imagesShape, 0.5, 0.5);
  const { outputs } = backboneFromSpec(encoder.spec).apply(encoder.params, encoder.state, images, { training: false });
  const apart = shown(largestDifference(outputs.features as tf.Tensor, checked.features[name]));
  const reference = exported.format === "onnx" ? "onnxruntime" : "torchvision";
  exports.push(
    `| ${exported.format}: ${name} | ${reference} ${checked.versions[reference].split("+")[0]} | ${apart} |`,
  );
  const { files } = await exportEncoder(encoder, { format: "graph-model" });
  const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(files["model.json"]));
  const [{ paths, weights: weightSpecs }] = weightsManifest;
  const weightData = Uint8Array.from(Buffer.concat(paths.map((file: string) => files[file]))).buffer;
  const model = await loadGraphModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
  const predicted = [...(model.predict(images) as tf.Tensor).dataSync()];
  const difference = shown(largestDifference(outputs.features as tf.Tensor, predicted));
  exports.push(`| graph-model: ${name} | tfjs-converter ${converter} | ${difference} |`);
  disposeTree([encoder.params, encoder.state]);
}

const document = `## Weights in

The references computed in float64. Features in inference mode, features in training mode (batch statistics), and gradients of the first kernel, a
shortcut's or the first scale, of selective kernels and gates, and the last offset in training mode.

| Member | Reference | Features | Training features | Gradients |
| --- | --- | --- | --- | --- |
${imports.join("\n")}

## Weights out

| Member | Reference | Features |
| --- | --- | --- |
${exports.join("\n")}

safetensors of ours, and torchvision's state dicts through us, come back to the bit: \`export-encoder.test.ts\`.
`;
process.stdout.write(document);
