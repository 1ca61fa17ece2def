/**
 * The learning rate of a batch, in proportion to its size: `base * batchSize / 256`. The reference's default; it trains
 * ImageNet with base 0.3, CIFAR-10 with 1.
 *
 * @see Goyal et al. 2017; google-research/simclr@383d414, `--learning_rate_scaling=linear`
 */
export function linearScaling(base: number, batchSize: number): number {
  return (base * batchSize) / 256;
}

/**
 * The learning rate of a batch, with the root of its size: `base * sqrt(batchSize)`. Better at small batches and few
 * epochs, says the paper's table B.1, with base 0.075.
 *
 * @see Chen et al. 2020, appendix B.1; google-research/simclr@383d414, `--learning_rate_scaling=sqrt`
 */
export function squareRootScaling(base: number, batchSize: number): number {
  return base * Math.sqrt(batchSize);
}
