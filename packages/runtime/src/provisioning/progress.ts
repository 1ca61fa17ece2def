/** How far a provisioning is. */
export interface ProvisionProgress {
  readonly phase: "wait" | "download" | "unpack" | "mend";
  /** The wheel's name, or for `mend` what is damaged. */
  readonly what: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export type OnProvisionProgress = (progress: ProvisionProgress) => void;

const verbs = {
  wait: "Waiting for another process that provisions",
  download: "Downloading",
  unpack: "Unpacking",
  mend: "Provisioning TensorFlow again, its cache is damaged:",
} as const;

/** Shows the progress on standard error: one line that is rewritten on a terminal, one line per wheel elsewhere. */
export function progressOnStderr(stream: NodeJS.WriteStream = process.stderr): OnProvisionProgress {
  let shown = "";
  return ({ phase, what, doneBytes, totalBytes }) => {
    const task = `${verbs[phase]} ${what}`;
    if (!stream.isTTY) {
      if (task !== shown) stream.write(`${task}${totalBytes > 0 ? ` (${megabytes(totalBytes)})` : ""}\n`);
      shown = task;
      return;
    }
    const isDone = doneBytes >= totalBytes;
    const amount = totalBytes > 0 ? ` ${megabytes(doneBytes)} of ${megabytes(totalBytes)}` : "";
    stream.write(`\r\x1b[2K${task}${amount}${isDone ? "\n" : ""}`);
  };
}

/** A number of bytes for people: `274 MB`, `5.5 GB`. */
export function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
