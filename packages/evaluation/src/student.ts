import { foldIn, type Parameters, type RandomKey, type TensorTree, withPrefix } from "@simclr/core";
import { initSupervisedHead } from "./supervised-head.js";
import type { TrainableEncoder } from "./trainable-encoder.js";

/** What a teacher teaches: a network, which goes on from its numbers, or a backbone alone, which begins with random ones. */
export type Student = Pick<TrainableEncoder, "backbone"> | TrainableEncoder;

/** A student before its first step. */
export interface StartingStudent {
  readonly network: TrainableEncoder;
  /** The linear classifier on its features: zeros on a pretrained network, as in fine-tuning, else random numbers. */
  readonly head: Parameters;
  readonly numbers: "pretrained" | "random";
  /** The tensors that were made here, the caller's to free. */
  readonly own: TensorTree;
}

export function startingStudent(student: Student, classCount: number, key: RandomKey): StartingStudent {
  const { backbone } = student;
  if ("params" in student) {
    const head = initSupervisedHead(backbone.featureSize, classCount);
    return { network: student, head, numbers: "pretrained", own: head };
  }
  const fresh = backbone.init(foldIn(key, "backbone"));
  const head = initSupervisedHead(backbone.featureSize, classCount, foldIn(key, "supervisedHead"));
  const [params, state] = [withPrefix("backbone", fresh.params), withPrefix("backbone", fresh.state)];
  return { network: { backbone, params, state }, head, numbers: "random", own: [params, state, head] };
}
