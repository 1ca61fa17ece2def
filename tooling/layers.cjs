// Who may import whom. A package imports only packages of lower layers; packages of one layer never import each other.
const layers = [
  ["core"],
  ["losses", "optimizers", "augmentations", "backbones", "heads", "data", "runtime"],
  ["evaluation", "training", "weights"],
  ["cli"],
];
const source = (names) => `^packages/(${names.join("|")})/src/`;
const inTests = "\\.test(-d)?\\.ts$|/fixtures/|/testing/";

const layerRules = layers.flatMap((names, layer) =>
  names.map((name) => ({
    name: `layer-of-${name}`,
    comment: `${name} is in layer ${layer}: it imports only the layers below (docs/decisions/0001-layers.md).`,
    severity: "error",
    from: { path: source([name]), pathNot: inTests },
    to: {
      path: source(
        layers
          .slice(layer)
          .flat()
          .filter((other) => other !== name),
      ),
    },
  })),
);

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: "runtime-is-for-applications",
      comment: "Libraries know tfjs-core alone and take `compile` as an argument; so they run on every backend.",
      severity: "error",
      from: { path: source(layers.flat().filter((name) => name !== "cli" && name !== "runtime")), pathNot: inTests },
      to: { path: source(["runtime"]) },
    },
    {
      name: "no-unresolvable",
      comment: "What is imported is a dependency in the package's own package.json.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-cycles",
      severity: "error",
      from: { path: "^packages/" },
      // A package's types may refer to each other; code that runs may not.
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-deep-imports",
      comment: "What a package does not export is its own.",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^packages/[^/]+/src/", pathNot: ["^packages/$1/", "/src/(index|testing|contract|browser)\\.ts$"] },
    },
    {
      name: "no-backend-in-libraries",
      comment: "Only the runtime and tests choose a backend of TensorFlow.js.",
      severity: "error",
      from: { path: source(layers.flat().filter((name) => name !== "runtime")), pathNot: `${inTests}|/testing\\.ts$` },
      to: { path: "node_modules/@tensorflow/(tfjs|tfjs-backend-[a-z]+|tfjs-node[a-z-]*)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@simclr/source", "import", "node", "default", "types"],
    },
  },
};
