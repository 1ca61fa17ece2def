import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

/** The names of all that a module and the modules of this package below it import, types aside. */
async function importsOf(module: string, found = new Set<string>()): Promise<Set<string>> {
  const source = await readFile(new URL(module, import.meta.url), "utf8");
  for (const [, name] of source.matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)"|import\("([^"]+)"\)/gm)) {
    if (name === undefined || found.has(name)) continue;
    found.add(name);
    if (name.startsWith(".")) await importsOf(name.replace(/\.js$/, ".ts"), found);
  }
  return found;
}

it("the browser's entry imports nothing that only node has", async () => {
  const external = (names: Set<string>) => [...names].filter((name) => !name.startsWith("."));
  expect(external(await importsOf("./browser.ts"))).toEqual(["@simclr/core"]);
  expect(external(await importsOf("./index.ts"))).toContain("node:fs/promises");
});

it("the browser's entry is a part of the whole", async () => {
  const [browser, whole] = await Promise.all([import("./browser.js"), import("./index.js")]);
  expect(Object.keys(browser).sort()).toEqual([
    "arrayDataset",
    "batches",
    "browserDecoder",
    "cached",
    "labelSubset",
    "splitDataset",
    "subset",
  ]);
  // What decodes by the browser's own means is of no use in Node.
  const { browserDecoder: _, ...everywhere } = browser;
  expect(whole).toMatchObject(everywhere);
});
