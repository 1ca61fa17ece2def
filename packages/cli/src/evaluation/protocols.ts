import { simclrError } from "../errors.js";
import { nearest } from "../recipe/recipe-keys.js";

/** Protocols on features that are computed once for each encoder. */
const featureProtocols = ["knn", "linear-features", "logistic-regression", "retrieval"] as const;
/** Protocols that train on images. */
const networkProtocols = ["linear", "fine-tune", "distill", "supervised"] as const;
/** Those of them that can do with some of the labels. */
export const labelFractionProtocols = ["fine-tune", "distill", "supervised"] as const;

export type FeatureProtocol = (typeof featureProtocols)[number];
type NetworkProtocol = (typeof networkProtocols)[number];
/** By the names that the results of @simclr/evaluation have. */
export type Protocol = FeatureProtocol | NetworkProtocol;

/** What is measured when nothing is named: minutes, and enough to see whether an encoder learned anything. */
export const defaultProtocols: readonly Protocol[] = ["knn", "linear-features"];

const groups: Readonly<Record<string, readonly Protocol[]>> = { "all-features": featureProtocols };

export function isFeatureProtocol(protocol: Protocol): protocol is FeatureProtocol {
  return (featureProtocols as readonly string[]).includes(protocol);
}

/**
 * The protocols of some names, each once, in the order in which they are carried out: cheap ones first.
 *
 * @param names of protocols; `all-features` stands for all that are measured on features
 * @throws SIMCLR_ERROR__CLI__UNKNOWN_PROTOCOL
 */
export function protocolsNamed(names: readonly string[]): Protocol[] {
  const all: readonly Protocol[] = [...featureProtocols, ...networkProtocols];
  const asked = new Set(
    names.flatMap((name) => groups[name] ?? (all.includes(name as Protocol) ? [name as Protocol] : unknown(name, all))),
  );
  return all.filter((protocol) => asked.has(protocol));
}

function unknown(name: string, all: readonly Protocol[]): never {
  const known = [...all, ...Object.keys(groups)];
  const meant = nearest(name, known);
  throw simclrError(
    "SIMCLR_ERROR__CLI__UNKNOWN_PROTOCOL",
    { name, known, ...(meant && { nearest: meant }) },
    {
      expected: `protocols, of ${known.join(", ")}`,
      received: `"${name}"`,
      remedy: meant ? `Did you mean "${meant}"?` : "`simclr evaluate --help` says what each of them measures.",
    },
  );
}
