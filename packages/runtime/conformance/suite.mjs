// tfjs-core's own tests, defined and run. Bundled by run.mjs.
import { version } from "./set-up.mjs";
import "@tensorflow/tfjs-core/dist/tests";

/** Runs every test; resolves to jasmine's results and TensorFlow's version. */
export async function runSuite() {
  const environment = jasmine.getEnv();
  const specs = [];
  environment.configure({ random: false });
  environment.addReporter({ specDone: (spec) => specs.push(spec) });
  await environment.execute();
  return { version, specs };
}
