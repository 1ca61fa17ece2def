import type { HostTensor } from "@simclr/core";
import { simclrError, unknownArchitecture } from "../errors.js";
import type { FoundEncoder, FoundTensor } from "./found-encoder.js";
import { pathOfTorchName } from "./torch-names.js";

/** Encoders that another one beside them was made of, or trains: not the one that is wanted. */
const secondary = /momentum|encoder_k|teacher|target|_ema|\bema/;

/**
 * The ResNet in a state dict of PyTorch, whatever stands before its names: torchvision's own has nothing there, MoCo's
 * `module.encoder_q.`, lightly's and solo-learn's `backbone.`, VISSL's `..._feature_blocks.`.
 *
 * @param prefix what stands before the names of the encoder; default: found
 * @throws SIMCLR_ERROR__WEIGHTS__AMBIGUOUS_PREFIX
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 */
export function findTorchEncoder(tensors: ReadonlyMap<string, HostTensor>, prefix?: string): FoundEncoder {
  const chosen = prefix ?? choosePrefix([...tensors.keys()]);
  const has = (name: string) => tensors.has(`${chosen}${name}`);
  const sequential =
    has("4.0.conv1.weight") && has("7.0.conv1.weight")
      ? "with pooling"
      : has("2.0.conv1.weight")
        ? "without pooling"
        : undefined;
  const found = new Map<string, FoundTensor>();
  const unused: string[] = [];
  const unexpected: string[] = [];
  for (const [name, tensor] of tensors) {
    const own = name.startsWith(chosen) ? name.slice(chosen.length) : undefined;
    if (own?.endsWith("num_batches_tracked")) continue;
    const path = own === undefined ? undefined : pathOfTorchName(own, sequential);
    if (path !== undefined) found.set(path, { name, tensor, layout: path.endsWith("/kernel") ? "OIHW" : "as it is" });
    else if (own !== undefined && /^(conv\d|bn\d|layer\d|[0-7]\.)/.test(own)) unexpected.push(name);
    else unused.push(name);
  }
  // The parts of lightly's ResNetGenerator, put one after the other, are without the ReLU of its stem, which is none of them.
  const options = sequential === "without pooling" ? ({ stemActivation: "none" } as const) : {};
  return { found, unused, unexpected, options };
}

function choosePrefix(names: readonly string[]): string {
  const present = new Set(names);
  const candidates = names.flatMap((name) => {
    if (name.endsWith("conv1.weight") && !/\d\.conv1\.weight$/.test(name)) {
      const prefix = name.slice(0, -"conv1.weight".length);
      return present.has(`${prefix}layer1.0.conv1.weight`) ? [prefix] : [];
    }
    if (!/(^|\.)0\.weight$/.test(name)) return [];
    const prefix = name.slice(0, -"0.weight".length);
    return ["2.0.conv1.weight", "4.0.conv1.weight"].some((block) => present.has(prefix + block)) ? [prefix] : [];
  });
  const first = candidates.filter((prefix) => !secondary.test(prefix));
  const [chosen, ...others] = first.length > 0 ? first : candidates;
  if (chosen === undefined) throw unknownArchitecture("none has the names of a ResNet's first layers", names);
  if (others.length === 0) return chosen;
  const prefixes = [chosen, ...others];
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
