import { simclrError } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import type { TensorFlowBackend } from "../backend/backend.js";
import "../errors.js";

/**
 * Lets a function that is recorded read and assign the tf.Variables that exist: what it read is asked for anew at every
 * call, what it assigned becomes a result that every call assigns.
 */
export function watchVariables(backend: TensorFlowBackend, functionName: string) {
  const engine = tf.engine();
  const registered = () => Object.values(engine.state.registeredVariables);
  const isOurs = ({ dataId }: tf.Variable) => engine.state.tensorInfo.get(dataId)?.backend === backend;
  const before = registered()
    .filter(isOurs)
    .map((variable) => ({ variable, dataId: variable.dataId }));
  // An assignment frees the value that it replaces; this one comes back after the recording.
  for (const { dataId } of before) backend.incRef(dataId);

  return {
    /** The variable that a tensor is the value of. */
    ofTensor(id: number): tf.Variable | undefined {
      return before.find(({ dataId }) => backend.tensorMap.get(dataId).id === id)?.variable;
    },

    /** @throws SIMCLR_ERROR__RUNTIME__VARIABLE_CREATED_WHILE_RECORDING */
    assigned(): tf.Variable[] {
      const known = new Set(before.map(({ variable }) => variable));
      const created = registered().find((variable) => !known.has(variable) && isOurs(variable));
      if (created) throw variableCreated(functionName, created.name);
      return before.filter(({ variable, dataId }) => variable.dataId !== dataId).map(({ variable }) => variable);
    },

    restore(): void {
      for (const { variable, dataId } of before) {
        if (variable.dataId !== dataId) {
          engine.disposeTensor(variable);
          variable.dataId = dataId;
          engine.incRef(variable, null as never);
        }
        backend.disposeData(dataId);
      }
    },
  };
}

function variableCreated(functionName: string, variable: string) {
  return simclrError(
    "SIMCLR_ERROR__RUNTIME__VARIABLE_CREATED_WHILE_RECORDING",
    { function: functionName, variable },
    {
      expected: `${functionName} to use only variables that exist before it is called`,
      received: `the new variable "${variable}"`,
      remedy: "Make it outside, or pass the state in as an argument and return the new state.",
    },
  );
}
