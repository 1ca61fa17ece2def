import { backboneFromSpec } from "@simclr/backbones";
import { backboneContract } from "@simclr/backbones/contract";
import { compile } from "@simclr/runtime";
import { describeEachBackend } from "@simclr/runtime/testing";
import { plainNetwork } from "./own-backbone.js";

describeEachBackend(() => {
  backboneContract("plainNetwork", {
    create: () => plainNetwork({ channels: [4, 6] }),
    rebuild: (spec) =>
      backboneFromSpec(spec, { "plain-network": ({ channels }) => plainNetwork({ channels: channels as number[] }) }),
    imagesShape: [3, 12, 12, 3],
    compile,
    decay: 0.9,
  });
});
