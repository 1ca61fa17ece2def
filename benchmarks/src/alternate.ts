import type { Answer, Contestant } from "./contestant.js";
import { type Summary, summary } from "./result.js";

export interface AlternateOptions {
  readonly rounds: number;
  /** What each is asked in every round. */
  readonly request: object;
  /** What each is asked before the first: to compile, to warm up. Default: the request itself. */
  readonly warmUp?: object;
  /** The things that one request works through, for the printed rate. */
  readonly items: number;
}

/** What one contestant showed. */
export interface Measured {
  readonly itemsPerSecond: Summary;
  readonly peakResidentMiB: number;
  readonly value?: number;
}

/** All rounds of all contestants, by name. */
export type Rounds = ReadonlyMap<string, readonly Answer[]>;

/**
 * Asks the contestants in turn, round after round, so that what the machine does meanwhile meets all of them alike; every other
 * round from the last to the first: who comes after whom makes a difference of a few per cent.
 */
export async function alternate(contestants: readonly Contestant[], options: AlternateOptions): Promise<Rounds> {
  const { rounds, request, warmUp = request, items } = options;
  for (const contestant of contestants) await contestant.ask(warmUp);
  const answers = new Map<string, Answer[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contestant of round % 2 === 0 ? contestants : [...contestants].reverse()) {
      const answer = await contestant.ask(request);
      answers.get(contestant.name)?.push(answer);
      const rate = (items / answer.seconds).toPrecision(4);
      console.error(`round ${round + 1}/${rounds}  ${contestant.name}: ${rate}/s, ${answer.peakResidentMiB} MiB`);
    }
  }
  return answers;
}

/** Rates and memory of every contestant. */
export function measured(rounds: Rounds, items: number): Record<string, Measured> {
  return Object.fromEntries(
    [...rounds].map(([name, answers]) => {
      const last = answers.at(-1) as Answer;
      const itemsPerSecond = summary(answers.map(({ seconds }) => items / seconds));
      return [
        name,
        {
          itemsPerSecond,
          peakResidentMiB: last.peakResidentMiB,
          ...(last.value !== undefined && { value: last.value }),
        },
      ];
    }),
  );
}

/** How many times as fast as the peer: the ratio of each round, and their middle. */
export function ratioOf(rounds: Rounds, ours: string, peer: string): Summary {
  const theirs = rounds.get(peer) ?? [];
  const own = rounds.get(ours) ?? [];
  return summary(own.map(({ seconds }, i) => (theirs[i] as Answer).seconds / seconds));
}
