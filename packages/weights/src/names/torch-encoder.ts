import type { HostTensor } from "@simclr/core";
import { simclrError, unknownArchitecture } from "../errors.js";
import { torchLayout } from "../kernel-layout.js";
import type { FoundEncoder, FoundTensor } from "./found-encoder.js";
import { type TorchDialect, torchDialects } from "./torch-dialects.js";

/** Encoders that another one beside them was made of, or trains: not the one that is wanted. */
const secondary = /momentum|encoder_k|teacher|target|_ema|\bema/;

/** DINO's two, of which its authors evaluate the teacher. */
const student = /student/;
const teacher = /teacher/;

/**
 * The encoder in a state dict of PyTorch, whatever stands before its names: torchvision's own has nothing there, MoCo's
 * `module.encoder_q.`, lightly's and solo-learn's `backbone.`, VISSL's `..._feature_blocks.`, MoCo v3's `module.base_encoder.`, DINO's
 * `teacher.backbone.`.
 *
 * @param prefix what stands before the names of the encoder; default: found
 * @throws SIMCLR_ERROR__WEIGHTS__AMBIGUOUS_PREFIX
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 */
export function findTorchEncoder(tensors: ReadonlyMap<string, HostTensor>, prefix?: string): FoundEncoder {
  const { dialect, prefix: chosen } = choose(candidates([...tensors.keys()]), [...tensors.keys()], prefix);
  const found = new Map<string, FoundTensor>();
  const unused: string[] = [];
  const unexpected: string[] = [];
  for (const [name, tensor] of tensors) {
    const own = name.startsWith(chosen) ? name.slice(chosen.length) : undefined;
    if (own?.endsWith("num_batches_tracked")) continue;
    const path = own === undefined ? undefined : dialect.pathOf(own);
    if (path !== undefined) found.set(path, { name, tensor, layout: torchLayout(path) });
    else if (own !== undefined && dialect.inside.test(own)) unexpected.push(name);
    else unused.push(name);
  }
  const { kind, options } = dialect;
  return { kind, found, unused, unexpected, ...(options && { options }) };
}

interface Candidate {
  readonly dialect: TorchDialect;
  readonly prefix: string;
}

function candidates(names: readonly string[]): Candidate[] {
  const present = new Set(names);
  return torchDialects.flatMap((dialect) => {
    const [first, ...others] = dialect.anchors;
    return names.flatMap((name) => {
      const prefix = name.endsWith(first) ? name.slice(0, -first.length) : undefined;
      if (prefix === undefined || /\w$/.test(prefix)) return [];
      return others.every((other) => present.has(prefix + other)) ? [{ dialect, prefix }] : [];
    });
  });
}

function choose(all: readonly Candidate[], names: readonly string[], prefix: string | undefined): Candidate {
  const [chosen, ...others] = prefix === undefined ? preferred(all) : all.filter((one) => one.prefix === prefix);
  if (chosen === undefined) {
    const behind = prefix === undefined ? "" : ` behind ${JSON.stringify(prefix)}`;
    throw unknownArchitecture(`none has the names of a network's first layers${behind}`, names);
  }
  if (others.length === 0) return chosen;
  const prefixes = [chosen, ...others].map((one) => one.prefix);
  throw simclrError(
    "SIMCLR_ERROR__WEIGHTS__AMBIGUOUS_PREFIX",
    { prefixes },
    {
      expected: "the weights of one encoder",
      received: `${prefixes.length}, with names that begin with ${prefixes.map((p) => JSON.stringify(p)).join(", ")}`,
      remedy: "Say which by the option `prefix`.",
    },
  );
}

function preferred(all: readonly Candidate[]): readonly Candidate[] {
  const teachers = all.filter((one) => teacher.test(one.prefix));
  if (teachers.length > 0 && all.some((one) => student.test(one.prefix))) return teachers;
  const first = all.filter((one) => !secondary.test(one.prefix));
  return first.length > 0 ? first : all;
}
