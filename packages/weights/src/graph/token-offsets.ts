import type { HostTensor } from "@simclr/core";
import type { TokensNode } from "./graph-node.js";

/**
 * What is added to the rows of patches, before which comes one of zeros where there is a class token: positions, and the class token in that
 * row. The same numbers to the bit as the token put there and positions added.
 *
 * @returns `[1, tokens, width]`
 */
export function tokenOffsets(
  { patches, width, classToken, positions }: TokensNode,
  variable: (path: string) => HostTensor,
): HostTensor {
  const tokens = patches + (classToken === undefined ? 0 : 1);
  const values = new Float32Array(tokens * width);
  const table = typeof positions === "string" ? variable(positions).values : positions;
  values.set(table, values.length - table.length);
  if (classToken !== undefined) {
    for (const [i, value] of variable(classToken).values.entries()) values[i] = (values[i] as number) + value;
  }
  return { dtype: "float32", shape: [1, tokens, width], values };
}
