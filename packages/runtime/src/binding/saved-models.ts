import { simclrError } from "@simclr/core";
import "../errors.js";
import { addressOf } from "./c-api.js";
import type { Native } from "./native.js";

interface SavedModel {
  readonly session: bigint;
  readonly graph: bigint;
}

/** Saved models of TensorFlow, each in a session of its own, by number. */
export class SavedModels {
  private readonly models = new Map<number, SavedModel>();
  private next = 1;

  constructor(private readonly native: Native) {}

  get count(): number {
    return this.models.size;
  }

  /** @param tags separated by commas, `"serve"` */
  load(directory: string, tags: string): number {
    const { api, status } = this.native;
    const tagTexts = tags.split(",").map((tag) => Buffer.from(`${tag}\0`));
    const tagPointers = BigUint64Array.from(tagTexts, addressOf);
    const options = api.TF_NewSessionOptions();
    const graph = api.TF_NewGraph();
    const metaGraph = api.TF_NewBuffer();
    const session = api.TF_LoadSessionFromSavedModel(
      ...([options, null, directory, tagPointers, tagPointers.length, graph, metaGraph, status.address] as const),
    );
    api.TF_DeleteSessionOptions(options);
    api.TF_DeleteBuffer(metaGraph);
    if (!status.ok) api.TF_DeleteGraph(graph);
    status.check(`Failed to load SavedModel: ${directory}`);
    const id = this.next++;
    this.models.set(id, { session, graph });
    return id;
  }

  /** Runs TF_Tensors through a model; the caller owns the TF_Tensors that come back. Names are `"operation:index"`. */
  run(id: number, inputs: readonly bigint[], inputNames: readonly string[], outputNames: readonly string[]): bigint[] {
    const { api, status } = this.native;
    const { session, graph } = this.get(id);
    if (inputs.length !== inputNames.length) {
      throw invalid(
        `Length of input op names (${inputNames.length}) does not match the length of input tensors (${inputs.length})`,
      );
    }
    const outputs = new BigUint64Array(outputNames.length);
    api.TF_SessionRun(
      ...([
        session,
        null,
        this.places(graph, inputNames, "Input"),
        BigUint64Array.from(inputs),
        inputs.length,
      ] as const),
      ...([this.places(graph, outputNames, "Output"), outputs, outputs.length, null, 0, null, status.address] as const),
    );
    status.check("Session fail to run with error: the saved model");
    return [...outputs];
  }

  delete(id: number): void {
    const { api, status } = this.native;
    const { session, graph } = this.get(id);
    this.models.delete(id);
    api.TF_CloseSession(session, status.address);
    api.TF_DeleteSession(session, status.address);
    api.TF_DeleteGraph(graph);
    status.check("the end of a saved model");
  }

  private get(id: number): SavedModel {
    const model = this.models.get(id);
    if (model) return model;
    throw simclrError(
      "SIMCLR_ERROR__RUNTIME__SAVED_MODEL_UNKNOWN",
      { id },
      { expected: "a loaded saved model", received: `SavedModel ID not found: ${id}`, remedy: "Load it first." },
    );
  }

  /** The TF_Output structures of named outputs, one after the other. */
  private places(graph: bigint, names: readonly string[], what: string): BigUint64Array {
    const { api } = this.native;
    const pairs = names.flatMap((name) => {
      const [operationName = "", index = "0"] = name.split(":");
      const operation = api.TF_GraphOperationByName(graph, operationName);
      if (!operation) throw invalid(`${what} op name can not be found in the graph: ${name}`);
      return [operation, BigInt(Number.parseInt(index, 10) || 0)];
    });
    return BigUint64Array.from(pairs);
  }
}

function invalid(what: string) {
  return simclrError(
    "SIMCLR_ERROR__RUNTIME__SAVED_MODEL_INVALID",
    { what },
    {
      expected: "names and tensors of the model's signature",
      received: what,
      remedy: "saved_model_cli show --all prints the names.",
    },
  );
}
