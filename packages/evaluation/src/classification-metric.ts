import { invalidArgument } from "@simclr/core";

/** By what a data set's accuracies are compared: of all images, or of the classes' own accuracies the mean. */
export type ClassificationMetric = "top1" | "meanPerClass";

/** Refuses a name that is neither. */
export function assertMetric(metric: ClassificationMetric): void {
  if (metric !== "top1" && metric !== "meanPerClass") {
    throw invalidArgument("metric", metric, '"top1" or "meanPerClass"');
  }
}
