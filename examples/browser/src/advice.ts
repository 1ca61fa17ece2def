/** What went wrong, in words for the person at the page, ending in what to do. */
export class Advice extends Error {
  override readonly name = "Advice";
}

/** An error as the page shows it. */
export const adviceOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
