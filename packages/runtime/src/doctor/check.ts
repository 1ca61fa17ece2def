/** One line of the report. */
export interface DoctorCheck {
  readonly name: string;
  /** `"problem"` has a remedy; `"note"` is neither good nor bad. */
  readonly status: "ok" | "note" | "problem";
  readonly value: string;
  readonly remedy?: string;
}

export const ok = (name: string, value: string): DoctorCheck => ({ name, status: "ok", value });
export const note = (name: string, value: string): DoctorCheck => ({ name, status: "note", value });
export const problem = (name: string, value: string, remedy: string): DoctorCheck => ({
  name,
  status: "problem",
  value,
  remedy,
});

/** Runs checks that may fail; the failure is then the line. */
export async function attempt(name: string, checks: () => Promise<DoctorCheck[]>): Promise<DoctorCheck[]> {
  try {
    return await checks();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [problem(name, "failed", message)];
  }
}
