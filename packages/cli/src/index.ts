export type { EvaluationChoices } from "./evaluation/evaluation-settings.js";
export type { Protocol } from "./evaluation/protocols.js";
export { type RunExperimentOptions, type RunExperimentResult, runExperiment } from "./experiment/run-experiment.js";
export { defineRecipe, type Recipe, type RecipeInput } from "./recipe.js";
export type { MeasuredEncoder, Report, ReportFiles } from "./report/report.js";
export type { SavedEvaluation } from "./report/saved-evaluation.js";
export { type DescribeRecipeOptions, describeRecipe, type RecipeDescription } from "./run/describe-recipe.js";
export { type DownloadDataOptions, downloadData } from "./run/download-data.js";
export { type EmbedImagesOptions, type EmbedImagesResult, embedImages } from "./run/embed-images.js";
export { type EvaluateRunOptions, type EvaluateRunResult, evaluateRun } from "./run/evaluate-run.js";
export { type ExportRunOptions, type ExportRunResult, exportRun } from "./run/export-run.js";
export { type ImportRunOptions, type ImportRunResult, importRun } from "./run/import-run.js";
export { type PretrainRunOptions, type PretrainRunResult, pretrainRun } from "./run/pretrain-run.js";
export { type ReportRunsOptions, type ReportRunsResult, reportRuns } from "./run/report-runs.js";
export { type TransferRunOptions, type TransferRunResult, transferRun } from "./run/transfer-run.js";
export { printEvaluations } from "./terminal/print-evaluations.js";
export { printReport } from "./terminal/print-report.js";
export type { Progress, ProgressDetail, ProgressOptions } from "./terminal/progress.js";
export { openTerminal, type Terminal } from "./terminal/terminal.js";
export { publishedDatasets } from "./transfer/published-datasets.js";
export type { SavedTransfer } from "./transfer/saved-transfer.js";
export {
  type MultiLabelTransfer,
  type SingleLabelTransfer,
  type TransferDataset,
  type TransferDatasetOptions,
  transferDataset,
} from "./transfer/transfer-dataset.js";
export {
  parseTransferDescriptor,
  readTransferDescriptor,
  type TransferDescriptor,
} from "./transfer/transfer-descriptor.js";
export type { TransferChoices, TransferEncoder, TransferMethod } from "./transfer/transfer-settings.js";
