import { CommanderError } from "commander";
import { program } from "./program.js";

// Help needs the commands' names alone: what else is wanted is loaded where it is, TensorFlow.js above all.
async function printSettingHint(message: string): Promise<void> {
  const { settingHint } = await import("./terminal/setting-hint.js");
  const hint = settingHint(message, process.argv.slice(2));
  if (hint) process.stderr.write(`${hint}\n`);
}

// A reader that has seen enough, `simclr recipes | head -3`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const verbose = process.argv.includes("--verbose") || Boolean(process.env.DEBUG);
try {
  await (await program()).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed its message; what it calls 1 is a usage error.
    if (error.code === "commander.unknownOption") await printSettingHint(error.message);
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const { errorText, exitCodeOf } = await import("./terminal/print-error.js");
    process.stderr.write(`${errorText(error, { verbose })}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
