import { Command } from "commander";
import { downloadData } from "../run/download-data.js";
import { shown, typed } from "../run/run-settings.js";
import { interruptedExitCode, listenForInterruption } from "../terminal/interruption.js";
import { openTerminal } from "../terminal/terminal.js";

interface DownloadOptions {
  readonly to?: string;
  readonly url?: string;
  readonly sha256?: string;
}

export function downloadCommand(): Command {
  return new Command("download")
    .argument("<dataset>", "cifar10 (170 MB), cifar100 (169 MB), stl10 (2.6 GB) or tiny-imagenet (248 MB)")
    .option("--to <folder>", "where to put it (default: data, where commands look for it)")
    .option("--url <url>", "a copy of the archive elsewhere (default: its makers' site)")
    .option("--sha256 <hash>", "the copy's hash, where it is another archive than the makers'")
    .addHelpText(
      "after",
      `
Examples:
  simclr download cifar10 && simclr pretrain cifar10
  simclr download stl10 --to /mnt/data && simclr pretrain /mnt/data/stl10_binary

Only an archive with the known SHA-256 is unpacked. After Ctrl-C or a lost connection the same command goes on where it
stopped. Without a network the error says which file to fetch elsewhere, and where to put it.
Images belong to their makers: their sites say what they may be used for.`,
    )
    .action(async (name: string, { to, url, sha256 }: DownloadOptions) => {
      const terminal = openTerminal();
      const interruption = listenForInterruption(() =>
        terminal.print("Stopping. What has arrived is kept; the same command goes on."),
      );
      const { signal } = interruption;
      try {
        const folder = await downloadData({ name, folder: to, url, sha256, terminal, signal });
        process.stdout.write(`Images  ${shown(folder)}\nNext    simclr pretrain ${to ? typed(folder) : name}\n`);
      } catch (error) {
        if (!signal.aborted) throw error;
        process.exitCode = interruptedExitCode;
      } finally {
        interruption.release();
      }
    });
}
