import { simclrError } from "@simclr/core";
import { closestMatch } from "leven";
import "./errors.js";

/** How TensorFlow uses the machine. It is set when TensorFlow starts, and holds for the process. */
export interface Settings {
  /** `"cpu"` hides all GPUs. Default: a GPU where there is one. */
  readonly device?: "cpu" | "gpu";
  /** Threads that one operation is split over. Default: one per core. */
  readonly intraOpThreads?: number;
  /** Operations of a graph that run at once. Default: one per core. */
  readonly interOpThreads?: number;
  /** Takes GPU memory as it is needed, and leaves the rest to other processes. Default: false, nearly all of it at once. */
  readonly gpuMemoryGrowth?: boolean;
  /** The most of each GPU's memory to take, in (0, 1]. Not together with `gpuMemoryLimitBytes`. */
  readonly gpuMemoryLimitFraction?: number;
  /** The most memory to take on each of `visibleDevices` (on the first GPU, and that alone, without them). */
  readonly gpuMemoryLimitBytes?: number;
  /** The GPUs to use, in this order, by CUDA's ordinals. Default: all. */
  readonly visibleDevices?: readonly number[];
  /** Whether TensorFlow clusters functions into XLA by itself; `compile()` uses XLA without it. Default: TensorFlow's. */
  readonly xlaAutoClustering?: boolean;
  /**
   * Whether 3 x 3 convolutions on a CPU, outside XLA, may use Winograd's algorithm where it is faster: in float32 the largest
   * error is about 1e-5 of the result's root mean square. Default: true.
   */
  readonly winograd?: boolean;
  /**
   * Whether NVIDIA's GPUs from Ampere on may round what enters convolutions and matrix products in float32 to TF32, ten bits of
   * mantissa in place of 23. Default: TensorFlow's, true.
   */
  readonly tensorFloat32?: boolean;
  /** Whether XLA keeps what it compiles in the user's cache, for the next process. Default: true without CUDA, false with it. */
  readonly xlaCache?: boolean;
}

type Rule = readonly [isValid: (value: unknown) => boolean, expected: string];

const boolean: Rule = [(value) => typeof value === "boolean", "true or false"];
const threads: Rule = [(value) => isInteger(value, 1, 2 ** 31 - 1), "a whole number of threads, 1 or more"];

const rules: Record<keyof Settings, Rule> = {
  device: [(value) => value === "cpu" || value === "gpu", '"cpu" or "gpu"'],
  intraOpThreads: threads,
  interOpThreads: threads,
  gpuMemoryGrowth: boolean,
  gpuMemoryLimitFraction: [
    (value) => typeof value === "number" && value > 0 && value <= 1,
    "a fraction of the memory, above 0 and at most 1",
  ],
  gpuMemoryLimitBytes: [
    (value) => isInteger(value, 2 ** 20, Number.MAX_SAFE_INTEGER),
    "a whole number of bytes, 2^20 or more",
  ],
  visibleDevices: [
    (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((ordinal) => isInteger(ordinal, 0, 1023)) &&
      new Set(value).size === value.length,
    "a list of different GPU numbers, [0] or [0, 1]; to use none, set device to cpu",
  ],
  xlaAutoClustering: boolean,
  winograd: boolean,
  tensorFloat32: boolean,
  xlaCache: boolean,
};

function isInteger(value: unknown, minimum: number, maximum: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
}

/**
 * Refuses settings that are unknown, of a wrong kind, or that exclude each other.
 *
 * @throws SIMCLR_ERROR__RUNTIME__SETTING_UNKNOWN
 * @throws SIMCLR_ERROR__RUNTIME__SETTING_INVALID
 */
export function assertSettings(settings: Settings): void {
  for (const [setting, value] of Object.entries(settings)) {
    if (!Object.hasOwn(rules, setting)) throw unknownSetting(setting);
    const [isValid, expected] = rules[setting as keyof Settings];
    if (value !== undefined && !isValid(value)) throw invalidSetting(setting, value, expected);
  }
  const { gpuMemoryLimitBytes, gpuMemoryLimitFraction } = settings;
  if (gpuMemoryLimitBytes !== undefined && gpuMemoryLimitFraction !== undefined) {
    throw invalidSetting("gpuMemoryLimitFraction", gpuMemoryLimitFraction, "unset where gpuMemoryLimitBytes is set");
  }
}

function unknownSetting(setting: string) {
  const known = Object.keys(rules);
  const nearest = closestMatch(setting, known, { maxDistance: Math.ceil(setting.length / 2) });
  return simclrError(
    "SIMCLR_ERROR__RUNTIME__SETTING_UNKNOWN",
    { setting, ...(nearest !== undefined && { nearest }) },
    {
      expected: `a known setting: ${known.join(", ")}`,
      received: setting,
      remedy: nearest === undefined ? "Remove it." : `Did you mean ${nearest}?`,
    },
  );
}

function invalidSetting(setting: string, received: unknown, expected: string) {
  return simclrError(
    "SIMCLR_ERROR__RUNTIME__SETTING_INVALID",
    { setting, received },
    {
      expected: `${setting} to be ${expected}`,
      received: JSON.stringify(received) ?? String(received),
      remedy: "Correct the setting.",
    },
  );
}
