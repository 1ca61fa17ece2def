import { flattenTree, type TensorTree, unflattenTree } from "@simclr/core";
import type { Checkpoint } from "./checkpoint.js";
import { inPresentForm } from "./earlier-forms.js";
import { simclrError } from "./errors.js";
import { upload } from "./host-tensors.js";

/**
 * The state that a checkpoint holds, owned by the caller. Checkpoints of earlier versions whose state had another form are taken.
 *
 * @param like a state of the same form, `step.init(key)`; borrowed
 * @throws SIMCLR_ERROR__TRAINING__CHECKPOINT_MISMATCH when the checkpoint is of another model or optimizer
 */
export function restoreState<State extends TensorTree>(checkpoint: Checkpoint, like: State): State {
  const wanted = flattenTree(like);
  const paths = new Set(wanted.map(([path]) => path));
  const found = inPresentForm(checkpoint.tensors, paths);
  for (const path of found.keys()) {
    if (!paths.has(path)) throw mismatch(checkpoint.path, path, "no such tensor", "one");
  }
  for (const [path, tensor] of wanted) {
    const saved = found.get(path);
    const expected = `${tensor.dtype} [${tensor.shape.join(", ")}]`;
    const received = saved && `${saved.dtype} [${saved.shape.join(", ")}]`;
    if (received !== expected) throw mismatch(checkpoint.path, path, expected, received ?? "none");
  }
  const tensors = new Map([...found].map(([path, tensor]) => [path, upload(tensor)]));
  return unflattenTree(like, tensors);
}

function mismatch(checkpoint: string, path: string, expected: string, received: string) {
  return simclrError(
    "SIMCLR_ERROR__TRAINING__CHECKPOINT_MISMATCH",
    { checkpoint, path },
    {
      expected: `"${path}" as the model and optimizer have it: ${expected}`,
      received: `${received} in ${checkpoint}`,
      remedy: "Load it into the backbone, head and optimizer that it was saved from.",
    },
  );
}
