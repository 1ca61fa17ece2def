import { expectNoLeak } from "@simclr/core/testing";
import { describeEachBackend } from "@simclr/runtime/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import golden from "./fixtures/pixels.json" with { type: "json" };
import * as augmentations from "./index.js";

type Case = (typeof golden.cases)[number];
type Make = (options: object) => augmentations.Augmentation;

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));

/** The largest difference between a case's bytes and ours, rounded; everything an augmentation makes is disposed. */
function largestDifference({ member, options, parameters, size, bytes }: Case): number {
  const make = (augmentations as unknown as Record<string, Make>)[member] as Make;
  const [height, width] = golden.size as [number, number];
  const changed = tf.tidy(() => {
    const image = tf.div(tf.tensor4d(bytesOf(golden.image), [1, height, width, 3], "float32"), 255);
    return tf.round(tf.mul(make(options).apply(image as tf.Tensor4D, parameters as never), 255));
  });
  expect(changed.shape).toEqual([1, ...size, 3]);
  const expected = bytesOf(bytes);
  const ours = changed.dataSync();
  changed.dispose();
  return expected.reduce((largest, byte, i) => Math.max(largest, Math.abs(byte - (ours[i] as number))), 0);
}

const members = [...new Set(golden.cases.map(({ member }) => member))];

describeEachBackend((backendName) => {
  const found = new Map<string, number>();

  it.each(members)("%s gives the reference's bytes, within the tolerance", (member) => {
    for (const one of golden.cases.filter((each) => each.member === member)) {
      let difference = Number.NaN;
      expectNoLeak(() => {
        difference = largestDifference(one);
        return undefined;
      });
      found.set(member, Math.max(found.get(member) ?? 0, difference));
      const { parameters, options, tolerance } = one;
      expect(difference, JSON.stringify({ parameters, options })).toBeLessThanOrEqual(tolerance);
    }
  });

  // Written by `vitest run src/pixels.test.ts -u`, and compared by every run without it.
  it.runIf(backendName === "tensorflow")("the table in docs/pixel-equality.md is what was measured", async () => {
    const rows = members.map((member) => {
      const cases = golden.cases.filter((each) => each.member === member);
      const tolerance = Math.max(...cases.map((each) => each.tolerance));
      return `| \`${member}\` | ${cases[0]?.reference} | ${cases.length} | ${tolerance} | ${found.get(member)} |`;
    });
    const versions = Object.entries(golden.versions).map(([name, version]) => `${name} ${version.split("+")[0]}`);
    const table = [
      "# Pixel equality",
      "",
      "An image of bytes through the reference and through ours, with the same parameters; ours rounded to bytes. Differences are in levels of 255.",
      `Made by \`vitest run src/pixels.test.ts -u\` from \`src/fixtures/pixels.json\` (\`scripts/pixels.py\`: ${versions.join(", ")}).`,
      "",
      "| member | reference | cases | largest difference allowed | largest difference found |",
      "| --- | --- | --- | --- | --- |",
      ...rows,
      "",
    ].join("\n");
    await expect(table).toMatchFileSnapshot("../docs/pixel-equality.md");
  });
});
