import type { Parameters } from "@simclr/core";
import type { Encode } from "./encoder.js";

/** What a probe may look at. */
export interface ProbeContext {
  /** The backbone as it is now, in inference mode and compiled already: do not compile it again. */
  readonly encode: Encode;
  /** All parameters as they are now, keyed as in `TrainState`; borrowed. The linear probe's are `supervisedHead/...`. */
  readonly params: Parameters;
  readonly step: number;
  /** Epochs made. */
  readonly epoch: number;
  readonly signal?: AbortSignal;
}

/** A measurement of the encoder while it trains, such as online kNN. It borrows the encoder until its promise settles. */
export interface Probe {
  /** Its numbers are logged as `eval/<name>/<number>`; a checkpoint's metrics call them `<name>/<number>`. */
  readonly name: string;
  /** After every how many epochs it runs. */
  readonly everyEpochs: number;
  run(context: ProbeContext): Promise<Readonly<Record<string, number>>>;
}
