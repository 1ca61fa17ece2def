import type { FineTuneGrid } from "@simclr/evaluation";
import { fineTuneGrid, randomInitializationGrid, regularizationGrid } from "@simclr/evaluation";
import { invalidOption } from "../errors.js";

/** By linear classification on frozen features, and by training all of the network on. */
export type TransferMethod = "linear" | "fine-tune";
export type TransferEncoder = "trained" | "untrained";

/** What is measured, and how; every default is the paper's. */
export interface TransferChoices {
  /** Default: `linear`. */
  readonly methods?: readonly TransferMethod[] | undefined;
  /** Default: `trained`. `untrained` is the same network before its first step: the random initialisation. */
  readonly encoders?: readonly TransferEncoder[] | undefined;
  /** Of `linear`. Default: 45 from 1e-6 to 1e5. */
  readonly regularizations?: readonly number[] | undefined;
  /** Of `fine-tune`. Default: 7 from 1e-4 to 0.1, and 10 times those of an untrained network. */
  readonly learningRates?: readonly number[] | undefined;
  /** Of `fine-tune`, before they are divided by the learning rate. Default: none, and 7 from 1e-6 to 1e-3. */
  readonly weightDecays?: readonly number[] | undefined;
  /** Of `fine-tune`, for each training. Default 20,000, and 40,000 of an untrained network. */
  readonly steps?: number | undefined;
  /** Of `fine-tune`. Default 256. */
  readonly batchSize?: number | undefined;
}

export interface TransferSettings {
  readonly methods: readonly TransferMethod[];
  readonly encoders: readonly TransferEncoder[];
  readonly regularizations: readonly number[];
  readonly batchSize: number;
  readonly grids: Readonly<Record<TransferEncoder, FineTuneGrid>>;
}

const methodNames = ["linear", "fine-tune"] as const;
const encoderNames = ["trained", "untrained"] as const;

/** @throws SIMCLR_ERROR__CLI__INVALID_OPTION */
export function transferSettings(choices: TransferChoices): TransferSettings {
  const methods = namesOf("--method", choices.methods ?? ["linear"], methodNames);
  const encoders = namesOf("--encoders", choices.encoders ?? ["trained"], encoderNames);
  const { regularizations = regularizationGrid(), learningRates, weightDecays, steps, batchSize = 256 } = choices;
  const numbers = { "--regularizations": regularizations, "--learning-rates": learningRates, "--weight-decays": weightDecays }; // biome-ignore format: one line
  for (const [option, values] of Object.entries(numbers)) {
    const fits = (value: number) => Number.isFinite(value) && (option === "--learning-rates" ? value > 0 : value >= 0);
    if (values === undefined || (values.length > 0 && values.every(fits))) continue;
    const wrong = values.find((value) => !fits(value));
    throw invalidOption(option, `${wrong ?? "none"}`, "numbers with commas between, none negative", `For example: ${option} 0.001,0.01.`); // biome-ignore format: one line
  }
  for (const [option, value] of Object.entries({ "--steps": steps, "--batch-size": batchSize })) {
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw invalidOption(option, String(value), "a whole number of at least 1", `For example: ${option} 200.`);
  }
  const tuning = { "--learning-rates": learningRates, "--weight-decays": weightDecays, "--steps": steps, "--batch-size": choices.batchSize }; // biome-ignore format: one line
  for (const [option, value] of Object.entries(tuning)) {
    if (value === undefined || methods.includes("fine-tune")) continue;
    throw invalidOption(option, `${option} for linear alone`, `${option} along with --method fine-tune`, `Leave ${option} out, or add the method.`); // biome-ignore format: one line
  }
  const own = (grid: FineTuneGrid): FineTuneGrid => ({
    learningRates: learningRates ?? grid.learningRates,
    weightDecays: weightDecays ?? grid.weightDecays,
    steps: steps ?? grid.steps,
  });
  const grids = { trained: own(fineTuneGrid()), untrained: own(randomInitializationGrid()) };
  return { methods, encoders, regularizations, batchSize, grids };
}

function namesOf<Name extends string>(option: string, asked: readonly string[], known: readonly Name[]): Name[] {
  const stranger = asked.find((name) => !(known as readonly string[]).includes(name));
  if (stranger === undefined && asked.length > 0) return known.filter((name) => asked.includes(name));
  throw invalidOption(option, stranger ?? "none", `one or several of ${known.join(", ")}`, `For example: ${option} ${known.join(",")}.`); // biome-ignore format: one line
}
