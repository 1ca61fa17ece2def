import type { Binding, Profiler, TensorMetadata } from "../binding/binding.js";
import { noteCallSite } from "../compile/call-site.js";
import { callFunction } from "../compile/native-function.js";
import { freeRecording, type RecordedGraph, type Recording } from "../compile/recording.js";
import { laneNumbers } from "./lanes.js";
import type { ProfiledOperation, ProfiledSpan } from "./profiled-operation.js";
import { nodeTimings } from "./step-stats.js";
import { type TracedRun, TracedSession } from "./traced-session.js";

/** A start and an end by performance.now(). */
interface NotedOperation extends Omit<ProfiledOperation, "startMilliseconds" | "milliseconds" | "calledAt"> {
  readonly start: number;
  readonly end: number;
  readonly calledAt: (() => string) | undefined;
}

/** Notes the operations that run on the JavaScript thread, and the nodes of compiled functions. */
export class OperationProfiler implements Profiler {
  readonly spans: ProfiledSpan[] = [];
  readonly start = performance.now();
  private readonly recordings = new Map<Map<string, Recording>, Map<string, Recording>>();
  private readonly sessions = new Map<Recording, TracedSession>();
  private readonly noted: NotedOperation[] = [];
  private readonly runs: { readonly run: TracedRun; readonly graph: RecordedGraph }[] = [];

  constructor(
    private readonly binding: Binding,
    private readonly xla: boolean,
  ) {}

  operation(name: string, inputs: readonly number[], run: () => TensorMetadata[]): TensorMetadata[] {
    const inputShapes = inputs.map((id) => this.binding.tensors.get(id).shape);
    const calledAt = noteCallSite();
    const start = performance.now();
    const outputs = run();
    const end = performance.now();
    const outputShapes = outputs.map(({ shape }) => shape);
    this.noted.push({ operation: name, start, end, lane: "JavaScript", calledAt, inputShapes, outputShapes });
    return outputs;
  }

  recordingsOf(own: Map<string, Recording>): Map<string, Recording> {
    const kept = this.recordings.get(own) ?? new Map<string, Recording>();
    this.recordings.set(own, kept);
    return kept;
  }

  keepsGraph(xla: boolean): boolean {
    return !(xla && this.xla);
  }

  preparation<T>(what: string, run: () => T): T {
    return this.span(what, "preparation", run);
  }

  call(recording: Recording, inputs: BigUint64Array): BigUint64Array {
    const { called, native, graph } = recording;
    if (graph) return this.callTraced(recording, graph, inputs);
    const start = performance.now();
    const outputs = this.span(recording.functionName, "call", () => callFunction(native, called, inputs));
    this.noted.push({
      operation: `XLA ${recording.functionName}`,
      start,
      end: performance.now(),
      lane: "JavaScript",
      calledAt: undefined,
      inputShapes: [],
      outputShapes: recording.results.flatMap((result) => ("output" in result ? [result.shape] : [])),
    });
    return outputs;
  }

  /** What ran, by its start. Slow: what takes time and can wait is done here, and not while the function runs. */
  operations(): ProfiledOperation[] {
    const all = [...this.noted, ...this.runs.flatMap(({ run, graph }) => nodesOf(run, graph))];
    return all
      .sort((a, b) => a.start - b.start)
      .map(({ start, end, calledAt, ...rest }) => ({
        ...rest,
        startMilliseconds: start - this.start,
        milliseconds: end - start,
        calledAt: calledAt?.(),
      }));
  }

  /** Gives back what was kept for the profile. */
  delete(): void {
    for (const session of this.sessions.values()) session.delete();
    for (const kept of this.recordings.values()) for (const recording of kept.values()) freeRecording(recording);
  }

  private callTraced(recording: Recording, graph: RecordedGraph, inputs: BigUint64Array): BigUint64Array {
    const session = this.preparation(`prepare ${recording.functionName}`, () => {
      const made = this.sessions.get(recording) ?? new TracedSession(recording.native, graph);
      this.sessions.set(recording, made);
      made.warmUp(inputs);
      return made;
    });
    const run = this.span(recording.functionName, "call", () => session.run(inputs));
    this.runs.push({ run, graph });
    return run.outputs;
  }

  private span<T>(name: string, kind: ProfiledSpan["kind"], run: () => T): T {
    const start = performance.now();
    try {
      return run();
    } finally {
      const milliseconds = performance.now() - start;
      this.spans.push({ name, kind, startMilliseconds: start - this.start, milliseconds });
    }
  }
}

/** A run's nodes. Their clock is the wall's, ours counts from the process's start: each node lies inside the run. */
function nodesOf(run: TracedRun, { origins }: RecordedGraph): NotedOperation[] {
  const { startMilliseconds, endMilliseconds } = run;
  const timings = nodeTimings(run.metadata);
  const stretches = timings.map(({ startMicroseconds, microseconds }) => {
    const start = startMicroseconds / 1000 - performance.timeOrigin;
    return { start, end: start + microseconds / 1000 };
  });
  const first = Math.min(...stretches.map(({ start }) => start));
  const last = Math.max(...stretches.map(({ end }) => end));
  const shift = Math.max(startMilliseconds - first, Math.min(0, endMilliseconds - last));
  const lanes = laneNumbers(stretches);
  const shapes = new Map(
    timings.flatMap(({ name, outputs }) =>
      outputs.map(({ shape }, i) => [i === 0 ? name : `${name}:${i}`, shape] as const),
    ),
  );
  return timings.map(({ name, operation, device, inputs, outputs }, i) => {
    const { start, end } = stretches[i] as (typeof stretches)[number];
    return {
      operation,
      start: start + shift,
      end: end + shift,
      lane: `${device.replace(/^.*device:/, "")} ${(lanes[i] as number) + 1}`,
      // TensorFlow puts words of its own around the names of the nodes that it replaces.
      calledAt: origins.get(/(?:^|\/)(n\d+)\b/.exec(name)?.[1] ?? "")?.calledAt,
      inputShapes: inputs.flatMap((input) => {
        const shape = shapes.get(input);
        return shape === undefined ? [] : [shape];
      }),
      outputShapes: outputs.map(({ shape }) => shape),
    };
  });
}
