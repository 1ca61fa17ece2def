// Learns from 8,000 real handwritten digits without their labels, then measures what was learned with them.
// The recipe, every setting of it, is recipes/digits.ts; `simclr pretrain digits` does the same.
import { pretrainRun, printReport } from "simclr";

// The run's folder goes where the command was typed, not into this example's.
process.chdir(process.env.INIT_CWD ?? ".");

const { interrupted, evaluation } = await pretrainRun({ data: "digits", command: "pnpm simclr" });
if (evaluation) printReport(evaluation);
if (interrupted) process.exitCode = 130;
