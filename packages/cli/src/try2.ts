import { randomKey } from "@simclr/core";
import { digits, subset } from "@simclr/data";
import { compile, useTensorFlow } from "@simclr/runtime";
import { pretrain } from "@simclr/training";
import { builtInRecipes } from "./recipe/built-in-recipes.js";
import { withOverrides } from "./recipe/recipe-overrides.js";
import { buildStep } from "./run/build-step.js";

const xla = process.env.XLA !== "0";
await useTensorFlow();
const d = await digits();
for (const arg of process.argv.slice(2)) {
  const recipe = withOverrides(builtInRecipes.digits!, [
    ...arg.split(" ").filter(Boolean),
    "epochs=1",
    "optimizer.warmupEpochs=0",
  ]);
  const step = buildStep(recipe, { batchSize: 128, exampleCount: d.length, channels: 1 });
  let c0 = process.cpuUsage(),
    t0 = performance.now();
  let line = arg + ": ";
  await pretrain({
    dataset: d,
    step,
    batchSize: 128,
    totalSteps: 9,
    log: { everySteps: 1 },
    key: randomKey(0),
    compile,
    compileOptions: { xla },
    onProgress: (e) => {
      if (e.kind === "step" && (e.step === 1 || e.step === 9)) {
        const c = process.cpuUsage(c0);
        line += ` cpu ${(c.user / 1e6).toFixed(2)} wall ${((performance.now() - t0) / 1000).toFixed(2)} |`;
        c0 = process.cpuUsage();
        t0 = performance.now();
      }
    },
  });
  console.log(line);
}
