export { describeEachBackend } from "./testing/describe-each-backend.js";
