export type { Installation } from "./provisioning/installation.js";
export type { TensorFlowKind } from "./provisioning/lock.js";
export type { OnProvisionProgress, ProvisionProgress } from "./provisioning/progress.js";
export { type ProvisionOptions, provision } from "./provisioning/provision.js";
