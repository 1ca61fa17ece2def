import { type Progress, type ProgressOptions, startProgress } from "./progress.js";

/** Where a command talks to its user: lines, and at most one progress bar below them. */
export interface Terminal {
  print(line: string): void;
  /** Shows a bar until it is stopped; lines that are printed meanwhile stand above it. */
  progress(options: Omit<ProgressOptions, "stream">): Progress;
}

/** A terminal on standard error, so that standard output is left to results. */
export function openTerminal(stream: NodeJS.WriteStream = process.stderr): Terminal {
  let current: Progress | undefined;
  return {
    print: (line) => {
      if (current) current.print(line);
      else stream.write(`${line}\n`);
    },
    progress: (options) => {
      const started = startProgress({ ...options, stream });
      current = started;
      return {
        ...started,
        stop: () => {
          if (current === started) current = undefined;
          started.stop();
        },
      };
    },
  };
}
