import type { Binding, Profiler, TensorMetadata } from "../binding/binding.js";
import { noteCallSite } from "../compile/call-site.js";
import { callFunction } from "../compile/native-function.js";
import { freeRecording, type RecordedGraph, type Recording } from "../compile/recording.js";
import { laneNumbers } from "./lanes.js";
import type { ProfiledOperation, ProfiledSpan } from "./profiled-operation.js";
import type { NodeTiming } from "./step-stats.js";
import { type TracedRun, TracedSession } from "./traced-session.js";

/** A start and an end by performance.now(). */
interface NotedOperation extends Omit<ProfiledOperation, "startMilliseconds" | "milliseconds"> {
  readonly start: number;
  readonly end: number;
}

/** Notes the operations that run on the JavaScript thread, and the nodes of compiled functions. */
export class OperationProfiler implements Profiler {
  readonly operations: ProfiledOperation[] = [];
  readonly spans: ProfiledSpan[] = [];
  readonly start = performance.now();
  private readonly recordings = new Map<Map<string, Recording>, Map<string, Recording>>();
  private readonly sessions = new Map<Recording, TracedSession>();

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
    this.add({ operation: name, start, end, lane: "JavaScript", calledAt: calledAt(), inputShapes, outputShapes });
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
    this.add({
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
    this.addNodes(run, graph);
    return run.outputs;
  }

  /** Adds a run's nodes. Their clock is the wall's, ours counts from the process's start: each node lies inside the run. */
  private addNodes({ timings, startMilliseconds, endMilliseconds }: TracedRun, { origins }: RecordedGraph): void {
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
    for (const [i, { start, end }] of stretches.entries()) {
      const { name, operation, device, inputs, outputs } = timings[i] as NodeTiming;
      const inputShapes = inputs.flatMap((input) => {
        const shape = shapes.get(input);
        return shape === undefined ? [] : [shape];
      });
      this.add({
        operation,
        start: start + shift,
        end: end + shift,
        lane: `${device.replace(/^.*device:/, "")} ${(lanes[i] as number) + 1}`,
        calledAt: origins.get(/(?:^|\/)(n\d+)\b/.exec(name)?.[1] ?? "")?.calledAt(),
        inputShapes,
        outputShapes: outputs.map(({ shape }) => shape),
      });
    }
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

  private add({ start, end, ...rest }: NotedOperation): void {
    this.operations.push({ ...rest, startMilliseconds: start - this.start, milliseconds: end - start });
  }
}
