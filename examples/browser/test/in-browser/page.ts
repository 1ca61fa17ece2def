import "@tensorflow/tfjs-backend-cpu";
import { decoded } from "./decoder.js";
import { packages } from "./packages.js";

// The test calls these from outside.
Object.assign(window, {
  decoded,
  numbersOf: async (name: keyof typeof packages) => (await packages[name]()).numbers(),
});
