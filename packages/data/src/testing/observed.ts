import type { Dataset } from "../dataset.js";

/** A dataset that keeps a record of what is read, and lets a test decide when a read ends. */
export function observed(dataset: Dataset, hold: (indices: readonly number[]) => Promise<void> = async () => {}) {
  const record = { asked: [] as number[][], running: 0, mostRunning: 0 };
  const watched: Dataset = {
    ...dataset,
    async read(indices) {
      record.asked.push([...indices]);
      record.running++;
      record.mostRunning = Math.max(record.mostRunning, record.running);
      try {
        await hold(indices);
        return await dataset.read(indices);
      } finally {
        record.running--;
      }
    },
  };
  return { dataset: watched, record };
}
