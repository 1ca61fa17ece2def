import "./errors.js";
import { type ParameterPredicate, type Parameters, simclrError } from "@simclr/core";

/**
 * What the reference keeps from weight decay and from LARS's trust ratio: batch norm's `.../scale` and `.../offset`,
 * every `.../bias`, and all below a `supervisedHead`.
 *
 * @see google-research/simclr@383d414 model.py: `exclude_from_weight_decay=['batch_normalization', 'bias',
 * 'head_supervised']`, searched in its variables' names
 */
export const normBiasAndSupervisedHead: ParameterPredicate = (path) =>
  /(^|\/)(scale|offset|bias)$/.test(path) || /(^|\/)supervisedHead\//.test(path);

/** The parameters that a predicate does not select. */
export function not(predicate: ParameterPredicate): ParameterPredicate {
  return (path, parameter) => !predicate(path, parameter);
}

/** The parameters that a predicate selects. */
export function select(parameters: Parameters, predicate: ParameterPredicate, params = parameters): Parameters {
  const entries = Object.entries(parameters);
  return Object.fromEntries(entries.filter(([path, tensor]) => predicate(path, params[path] ?? tensor)));
}

/**
 * Refuses a rule that selects nothing: a misspelt path would otherwise change a training run in silence.
 *
 * @throws SIMCLR_ERROR__OPTIMIZERS__PREDICATE_MATCHES_NOTHING
 */
export function assertMatches(what: string, predicate: ParameterPredicate, params: Parameters): void {
  const paths = Object.keys(params);
  if (paths.some((path) => predicate(path, params[path] as NonNullable<(typeof params)[string]>))) return;
  throw simclrError(
    "SIMCLR_ERROR__OPTIMIZERS__PREDICATE_MATCHES_NOTHING",
    { what, paths },
    {
      expected: `${what} to match at least one parameter`,
      received: `${paths.length} parameters and no match: ${paths.slice(0, 4).join(", ") || "(none)"}`,
      remedy: 'Compare the rule with these paths. Where excluding nothing is meant, say excludes: "none".',
    },
  );
}
