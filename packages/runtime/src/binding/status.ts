import { simclrError } from "@simclr/core";
import "../errors.js";
import type { CApi } from "./c-api.js";

/** TensorFlow's way of reporting errors: one of these goes into a call and is checked after it. */
export class Status {
  readonly address: bigint;

  constructor(private readonly api: CApi) {
    this.address = api.TF_NewStatus();
  }

  /** @throws SIMCLR_ERROR__RUNTIME__TENSORFLOW_FAILED when the call before failed */
  check(what: string): void {
    const code = this.api.TF_GetCode(this.address);
    if (code !== 0) throw tensorflowFailed(what, code, this.api.TF_Message(this.address));
  }

  /** Whether the call before worked; for calls whose failure has a meaning of its own. */
  get ok(): boolean {
    return this.api.TF_GetCode(this.address) === 0;
  }

  get message(): string {
    return this.api.TF_Message(this.address);
  }

  delete(): void {
    this.api.TF_DeleteStatus(this.address);
  }
}

function tensorflowFailed(what: string, code: number, message: string) {
  return simclrError(
    "SIMCLR_ERROR__RUNTIME__TENSORFLOW_FAILED",
    { operation: what, code, message },
    {
      expected: `TensorFlow to run ${what}`,
      received: `error ${code}, ${message}`,
      remedy: "Check the shapes, types and values of what the operation is given.",
    },
  );
}
