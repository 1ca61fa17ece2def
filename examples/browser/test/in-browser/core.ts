import { normal, randomKey } from "@simclr/core";

export const numbers = async () => [...normal(randomKey(1), 64)];
