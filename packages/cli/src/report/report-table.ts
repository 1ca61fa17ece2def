import Table from "cli-table3";
import { percent } from "../terminal/percent.js";
import type { Report } from "./report.js";

/** A report's accuracies as a table for a terminal; empty without labels. */
export function reportTable({ accuracies }: Report): string {
  if (!accuracies) return "";
  const { encoders, testCount, classCount, neighbours } = accuracies;
  const has = {
    knn: encoders.some(({ knn }) => knn !== undefined),
    linear: encoders.some(({ linear }) => linear !== undefined),
  };
  const table = new Table({
    head: [
      `${testCount.toLocaleString("en")} test images, ${classCount} classes`,
      ...(has.knn ? [`kNN, k = ${neighbours}`] : []),
      ...(has.linear ? ["linear"] : []),
    ],
    colAligns: ["left", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const { title, knn, linear } of encoders) {
    table.push([title, ...(has.knn ? [percent(knn)] : []), ...(has.linear ? [percent(linear)] : [])]);
  }
  return table.toString();
}
