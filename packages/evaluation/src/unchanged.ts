import { flattenTree, simclrError, type TensorTree } from "@simclr/core";

type Numbers = Float32Array | Int32Array;

/** Every number of a tree, on the host. Borrows it. */
export async function snapshot(tree: TensorTree): Promise<ReadonlyMap<string, Numbers>> {
  const read = flattenTree(tree).map(async ([path, tensor]) => {
    const values = (await tensor.data()) as Numbers;
    return [path, values.slice()] as const;
  });
  return new Map(await Promise.all(read));
}

/**
 * Refuses a tree of which a bit is not as it was.
 *
 * @throws SIMCLR_ERROR__EVALUATION__SUBJECT_CHANGED
 */
export async function assertUnchanged(before: ReadonlyMap<string, Numbers>, tree: TensorTree): Promise<void> {
  const after = await snapshot(tree);
  for (const [path, values] of before) {
    if (sameBits(values, after.get(path))) continue;
    throw simclrError(
      "SIMCLR_ERROR__EVALUATION__SUBJECT_CHANGED",
      { path },
      {
        expected: `"${path}" to be the same to the bit after the evaluation`,
        received: "other numbers",
        remedy: "A backbone's apply returns its new state and assigns to no variable; in inference it changes nothing.",
      },
    );
  }
}

/** As bits: NaN equals itself, and 0 is not -0. */
function sameBits(a: Numbers, b: Numbers | undefined): boolean {
  if (b?.length !== a.length) return false;
  const bits = ({ buffer, byteOffset, length }: Numbers) => new Int32Array(buffer, byteOffset, length);
  const [left, right] = [bits(a), bits(b)];
  return left.every((value, i) => value === right[i]);
}
