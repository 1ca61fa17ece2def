import type { ProfiledOperation, ProfiledSpan } from "./profiled-operation.js";

interface TraceEvent {
  readonly name: string;
  readonly cat?: string;
  readonly ph: "X" | "M";
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface ChromeTrace {
  readonly displayTimeUnit: "ms";
  readonly traceEvents: readonly TraceEvent[];
}

/**
 * A profile in the format that Perfetto and chrome://tracing read: a thread for every lane, one complete event
 * for every operation.
 *
 * @see "Trace Event Format", the Chromium project, for the fields
 */
export function chromeTrace(
  operations: readonly ProfiledOperation[],
  spans: readonly ProfiledSpan[],
  totalMilliseconds: number,
): ChromeTrace {
  const lanes = [...new Set(["JavaScript", ...operations.map(({ lane }) => lane)])];
  const event = (name: string, cat: string, start: number, milliseconds: number, tid: number): TraceEvent => ({
    ...{ name, cat, ph: "X", pid: 1, tid, ts: start * 1000, dur: milliseconds * 1000 },
  });
  const names = lanes.map((name, tid) => ({ name: "thread_name", ph: "M", pid: 1, tid, args: { name } }) as const);
  return {
    displayTimeUnit: "ms",
    traceEvents: [
      ...names,
      event("profile", "profile", 0, totalMilliseconds, 0),
      ...spans.map(({ name, kind, startMilliseconds, milliseconds }) =>
        event(name, kind, startMilliseconds, milliseconds, 0),
      ),
      ...operations.map((noted) => ({
        ...event(noted.operation, "operation", noted.startMilliseconds, noted.milliseconds, lanes.indexOf(noted.lane)),
        args: {
          inputs: shapesText(noted.inputShapes),
          outputs: shapesText(noted.outputShapes),
          calledAt: noted.calledAt,
        },
      })),
    ],
  };
}

const shapesText = (shapes: readonly (readonly number[])[]) => shapes.map((shape) => `[${shape.join(", ")}]`).join(" ");
