/** One execution of an operation of TensorFlow. */
export interface ProfiledOperation {
  /**
   * TensorFlow's name of it: `Conv2D`. Inside a compiled function TensorFlow joins and replaces operations:
   * `_FusedConv2D`, `_MklNativeConv2D`. What XLA compiled is one operation, `XLA training-step`.
   */
  readonly operation: string;
  /** Since the profile began. */
  readonly startMilliseconds: number;
  readonly milliseconds: number;
  /** `JavaScript`, or TensorFlow's device with a number; what lies in one lane ran one after the other. */
  readonly lane: string;
  /** Where the program called it; undefined for what TensorFlow added. */
  readonly calledAt: string | undefined;
  /** Those that are known. */
  readonly inputShapes: readonly (readonly number[])[];
  readonly outputShapes: readonly (readonly number[])[];
}

/** A stretch of the JavaScript thread: the call of a compiled function, or what was done for the profile's sake. */
export interface ProfiledSpan {
  readonly name: string;
  readonly kind: "call" | "preparation";
  readonly startMilliseconds: number;
  readonly milliseconds: number;
}
