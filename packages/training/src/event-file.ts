import { type FileHandle, mkdir, open } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { encodeEvent, type TensorBoardEvent } from "./tensorboard-event.js";
import { encodeRecord } from "./tensorboard-record.js";

/** A TensorBoard event file that is being written. */
export interface EventFile {
  readonly path: string;
  /** Adds numbers by name; TensorBoard groups names by what stands before the first slash. */
  writeScalars(step: number, scalars: Readonly<Record<string, number>>): Promise<void>;
  close(): Promise<void>;
}

/**
 * Begins a TensorBoard event file, `events.out.tfevents.<seconds>.<host>.<process>.<n>`.
 *
 * @param folder is made if it is not there
 * @param options.firstStep where the run goes on: TensorBoard then forgets what older files say of later steps
 * @param options.now the clock, in milliseconds; default `Date.now`
 */
export async function openEventFile(
  folder: string,
  { firstStep = 0, now = Date.now }: { firstStep?: number; now?: () => number } = {},
): Promise<EventFile> {
  await mkdir(folder, { recursive: true });
  const seconds = () => now() / 1000;
  const { path, file } = await openNew(folder, Math.floor(seconds()));
  const write = (event: TensorBoardEvent) => file.appendFile(encodeRecord(encodeEvent(event)));
  await write({ wallTime: seconds(), fileVersion: "brain.Event:2" });
  if (firstStep > 0) await write({ wallTime: seconds(), step: firstStep, sessionLog: { status: "START" } });
  return {
    path,
    writeScalars: (step, scalars) => {
      const value = Object.entries(scalars).map(([tag, simpleValue]) => ({ tag, simpleValue }));
      return write({ wallTime: seconds(), step, summary: { value } });
    },
    close: () => file.close(),
  };
}

/** A name of its own: two files of one second and process are told apart by their number. */
async function openNew(folder: string, seconds: number): Promise<{ path: string; file: FileHandle }> {
  for (let n = 0; ; n++) {
    const name = `events.out.tfevents.${String(seconds).padStart(10, "0")}.${hostname()}.${process.pid}.${n}`;
    const path = join(folder, name);
    try {
      return { path, file: await open(path, "ax") };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
