export { backendName } from "./backend/backend.js";
export { type Runtime, useTensorFlow } from "./backend/use-tensorflow.js";
export { compile } from "./compile/compile.js";
