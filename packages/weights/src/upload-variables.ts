import type { HostTensor, ModelVariables, VariableShapes } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { type MisshapenTensor, simclrError } from "./errors.js";
import { toFileShape, toOwnLayout } from "./kernel-layout.js";
import { type FoundEncoder, type FoundTensor, ownShape } from "./names/found-encoder.js";

type FoundVariables = Pick<FoundEncoder, "found" | "unexpected">;

/**
 * What was found in a file as the variables of a model, all of them or none.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__TENSORS_MISMATCH names what is missing, unexpected or of another shape
 */
export function uploadVariables(read: FoundVariables, shapes: VariableShapes): ModelVariables {
  refuseMismatch(read, { ...shapes.params, ...shapes.state });
  const upload = (paths: object) =>
    Object.fromEntries(Object.keys(paths).map((path) => [path, asTensor(read.found.get(path) as FoundTensor)]));
  return { params: upload(shapes.params), state: upload(shapes.state) };
}

function asTensor({ tensor, layout }: FoundTensor): tf.Tensor {
  const { values, shape }: HostTensor = toOwnLayout(tensor, layout);
  return tf.tensor(values, [...shape], "float32");
}

function refuseMismatch(read: FoundVariables, shapes: Readonly<Record<string, readonly number[]>>): void {
  const missing = Object.keys(shapes).filter((path) => !read.found.has(path));
  const unexpected = [...read.unexpected];
  const misshapen: MisshapenTensor[] = [];
  for (const [path, found] of read.found) {
    const expected = shapes[path];
    if (!expected) unexpected.push(found.name);
    else if (ownShape(found).join() !== expected.join()) {
      misshapen.push({
        name: found.name,
        expected: toFileShape(expected, found.layout),
        received: found.tensor.shape,
      });
    }
  }
  if (missing.length + unexpected.length + misshapen.length === 0) return;
  const first = (list: readonly string[], what: string) =>
    list.length === 0
      ? []
      : [`${list.length} ${what}: ${list.slice(0, 3).join(", ")}${list.length > 3 ? ", ..." : ""}`];
  const shown = misshapen.map(
    ({ name, expected, received }) => `${name} [${received.join(", ")}] where [${expected.join(", ")}] is needed`,
  );
  throw simclrError(
    "SIMCLR_ERROR__WEIGHTS__TENSORS_MISMATCH",
    { missing, unexpected, misshapen },
    {
      expected: `all ${Object.keys(shapes).length} tensors of the network and no others inside of it`,
      received: [
        ...first(missing, "missing"),
        ...first(unexpected, "unexpected"),
        ...first(shown, "of another shape"),
      ].join("; "),
      remedy: "It is another kind of network, or `spec` and `prefix` say something else than the file.",
    },
  );
}
