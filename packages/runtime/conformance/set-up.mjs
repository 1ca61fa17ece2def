// Runs before the tests are defined: jasmine's globals, TensorFlow, and the environment that the tests run in.
import { useTensorFlow } from "@simclr/runtime";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
import { setTestEnvs } from "@tensorflow/tfjs-core/dist/jasmine_util";
import jasmineCore from "jasmine-core";

jasmineCore.boot();
jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;
// The name that tfjs-node uses, so that its list of exclusions fits ours.
setTestEnvs([{ name: "test-tensorflow", backendName: "tensorflow", flags: {}, isDataSync: true }]);
export const { version } = await useTensorFlow({ device: "cpu" });
