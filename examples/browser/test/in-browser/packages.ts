/** Something of every package that runs in browsers, with numbers in the end; each is a bundle of its own. */
export const packages = {
  "@simclr/core": () => import("./core.js"),
  "@simclr/losses": () => import("./losses.js"),
  "@simclr/optimizers": () => import("./optimizers.js"),
  "@simclr/augmentations": () => import("./augmentations.js"),
  "@simclr/backbones": () => import("./backbones.js"),
  "@simclr/heads": () => import("./heads.js"),
  "@simclr/data/browser": () => import("./data.js"),
  "@simclr/evaluation": () => import("./evaluation.js"),
  "@simclr/training/step": () => import("./training.js"),
  "@simclr/weights/browser": () => import("./weights.js"),
};
