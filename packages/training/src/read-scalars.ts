import type * as tf from "@tensorflow/tfjs-core";

/** Reads named scalars. Borrows them. */
export async function readScalars(scalars: Readonly<Record<string, tf.Scalar>>): Promise<Record<string, number>> {
  const read = async ([name, scalar]: [string, tf.Scalar]) => [name, (await scalar.data())[0] as number] as const;
  return Object.fromEntries(await Promise.all(Object.entries(scalars).map(read)));
}
