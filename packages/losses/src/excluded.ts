/**
 * What is added to the logit of a candidate that does not count: far below every cosine similarity over any
 * temperature, and finite, for minus infinity times 0 would be NaN.
 */
export const excluded = -1e30;
