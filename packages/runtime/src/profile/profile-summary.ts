import type { ProfiledOperation } from "./profiled-operation.js";

/** What all executions of one operation took. */
export interface OperationTotal {
  readonly operation: string;
  readonly count: number;
  readonly milliseconds: number;
  /** Of the time of all operations, in [0, 1]. */
  readonly share: number;
}

export interface ProfileSummary {
  /** From the function's start to its end, what was done for the profile's sake taken out. */
  readonly wallMilliseconds: number;
  /** The times of all operations, added: more than the wall's where several run at once. */
  readonly operationMilliseconds: number;
  /** The longest first. */
  readonly operations: readonly OperationTotal[];
  /** The share of convolutions and their gradients in the time of all operations, in [0, 1]. */
  readonly convolutionShare: number;
  /** The share of matrix products, in [0, 1]. */
  readonly matrixProductShare: number;
}

/** Whether an operation is a convolution or a gradient of one, under any of TensorFlow's names. */
const isConvolution = (operation: string): boolean => /Conv\dD|DepthwiseConv2d/.test(operation);

const isMatrixProduct = (operation: string): boolean => /MatMul|Einsum/.test(operation);

export function summarize(operations: readonly ProfiledOperation[], wallMilliseconds: number): ProfileSummary {
  const totals = new Map<string, { count: number; milliseconds: number }>();
  let operationMilliseconds = 0;
  for (const { operation, milliseconds } of operations) {
    const { count, milliseconds: before } = totals.get(operation) ?? { count: 0, milliseconds: 0 };
    totals.set(operation, { count: count + 1, milliseconds: before + milliseconds });
    operationMilliseconds += milliseconds;
  }
  const share = (milliseconds: number) => (operationMilliseconds > 0 ? milliseconds / operationMilliseconds : 0);
  const list = [...totals]
    .map(([operation, total]) => ({ operation, ...total, share: share(total.milliseconds) }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
  const shareOf = (belongs: (operation: string) => boolean) =>
    share(list.reduce((sum, { operation, milliseconds }) => sum + (belongs(operation) ? milliseconds : 0), 0));
  return {
    wallMilliseconds,
    operationMilliseconds,
    operations: list,
    convolutionShare: shareOf(isConvolution),
    matrixProductShare: shareOf(isMatrixProduct),
  };
}

/** The summary for people: a line for each operation, the longest first. */
export function formatProfileSummary(
  summary: ProfileSummary,
  { lines = 12 }: { readonly lines?: number } = {},
): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)}%`.padStart(6);
  const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
  const shown = summary.operations.slice(0, lines);
  const width = Math.max(0, ...shown.map(({ operation }) => operation.length));
  const rows = shown.map(
    ({ operation, count, milliseconds: total, share }) =>
      `${percent(share)}  ${operation.padEnd(width)}  ${`${count}`.padStart(6)} times  ${milliseconds(total)}`,
  );
  const more = summary.operations.length - shown.length;
  return [
    `${milliseconds(summary.wallMilliseconds)}, ${milliseconds(summary.operationMilliseconds)} of operations`,
    ...rows,
    ...(more > 0 ? [`        and ${more} more operations`] : []),
    `${percent(summary.convolutionShare)}  in convolutions, ${percent(summary.matrixProductShare).trim()} in matrix products`,
  ].join("\n");
}
