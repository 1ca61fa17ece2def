import { expect, it } from "vitest";

it("the browser's entry is a part of the whole", async () => {
  const [browser, whole] = await Promise.all([import("./browser.js"), import("./index.js")]);
  expect(Object.keys(browser).sort()).toEqual([
    "arrayDataset",
    "batches",
    "browserDecoder",
    "cached",
    "labelSubset",
    "labelSubsetIndices",
    "splitDataset",
    "subset",
  ]);
  // What decodes by the browser's own means is of no use in Node.
  const { browserDecoder: _, ...everywhere } = browser;
  expect(whole).toMatchObject(everywhere);
});
