import * as tf from "@tensorflow/tfjs"; // with gradients and its plain backend
import { decoded } from "./decoder.js";
import { packages } from "./packages.js";

await tf.setBackend("cpu");

// The test calls these from outside.
Object.assign(window, {
  decoded,
  numbersOf: async (name: keyof typeof packages) => (await packages[name]()).numbers(),
});
