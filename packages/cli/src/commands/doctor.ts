import { doctor, formatDoctorReport } from "@simclr/runtime";
import { Command } from "commander";

export function doctorCommand(): Command {
  return new Command("doctor")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      `
Looks at Node.js, the processor, Python and pip, TensorFlow's libraries, the NVIDIA driver, CUDA's libraries, GPUs and XLA.
Downloads nothing. The exit code is 1 when something that is needed is missing.

Examples:
  simclr doctor
  simclr doctor --json`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const report = await doctor();
      process.stdout.write(`${json ? JSON.stringify(report, null, 2) : formatDoctorReport(report)}\n`);
      if (!report.isHealthy) process.exitCode = 1;
    });
}
