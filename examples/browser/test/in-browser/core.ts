import { normal, randomKey } from "@simclr/core";

export const numbers = async () => Array.from(normal(randomKey(1), [64]) as ArrayLike<number>);
