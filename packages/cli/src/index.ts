export { defineRecipe, type Recipe, type RecipeInput } from "./recipe.js";
export type { MeasuredEncoder, Report, ReportFiles } from "./report/report.js";
export { type EmbedFolderOptions, type EmbedFolderResult, embedFolder } from "./run/embed-folder.js";
export { type EvaluateRunOptions, type EvaluateRunResult, evaluateRun, type Protocol } from "./run/evaluate-run.js";
export { type PretrainRunOptions, type PretrainRunResult, pretrainRun } from "./run/pretrain-run.js";
export { type ReportRunsOptions, type ReportRunsResult, reportRuns } from "./run/report-runs.js";
export { printReport } from "./terminal/print-report.js";
export type { Progress, ProgressDetail, ProgressOptions } from "./terminal/progress.js";
export { openTerminal, type Terminal } from "./terminal/terminal.js";
