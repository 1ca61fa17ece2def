export { emulateReplicas } from "./testing/emulate-replicas.js";
export { expectClose } from "./testing/expect-close.js";
export { expectGradient } from "./testing/expect-gradient.js";
export { expectNoLeak } from "./testing/expect-no-leak.js";
export { type ModelContract, modelContract } from "./testing/model-contract.js";
