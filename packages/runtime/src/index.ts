export { backendName } from "./backend/backend.js";
export { type Runtime, useTensorFlow } from "./backend/use-tensorflow.js";
export { compile } from "./compile/compile.js";
export { configProto } from "./settings/config-proto.js";
export type { Settings } from "./settings/settings.js";
