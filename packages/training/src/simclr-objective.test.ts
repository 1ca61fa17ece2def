import { eager } from "@simclr/core";
import { barlowTwins, vicReg } from "@simclr/losses";
import { compile as recorded } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { it } from "vitest";
import { describeMethod } from "./fixtures/describe-method.js";
import { expectTrajectory, methodParts } from "./fixtures/methods.js";
import { simclrStep } from "./simclr-step.js";

const options = { statistics: "each view", metrics: () => ({}) } as const;

describeEachBackend((backendName) => {
  const compile = backendName === "tensorflow" ? recorded : eager;
  describeMethod(
    "simclrStep of Barlow Twins",
    (parts) => simclrStep({ ...parts, ...options, loss: (a, b) => barlowTwins(a, b) }),
    { compile },
  );

  it.each(Object.entries({ barlowTwins, vicReg }))("takes the steps of PyTorch and lightly with %s", (method, loss) => {
    const step = simclrStep({ ...methodParts(method), ...options, loss: (a, b) => loss(a, b) });
    tf.tidy(() => expectTrajectory(method, step));
  });
});
