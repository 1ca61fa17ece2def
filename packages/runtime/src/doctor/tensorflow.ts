import * as tf from "@tensorflow/tfjs-core";
import { useTensorFlow } from "../backend/use-tensorflow.js";
import { compile } from "../compile/compile.js";
import { type Installation, namedInstallation } from "../provisioning/installation.js";
import { damageOf } from "../provisioning/manifest.js";
import { chooseTensorFlow, thisPlatform } from "../provisioning/platform.js";
import { megabytes } from "../provisioning/progress.js";
import { cachedInstallation, rootOf } from "../provisioning/provision.js";
import { findPythons } from "../provisioning/python.js";
import { type DoctorCheck, note, ok, problem } from "./check.js";

/** Python and pip, which are needed until TensorFlow is in the cache. */
export async function checkPython(environment: NodeJS.ProcessEnv): Promise<DoctorCheck[]> {
  const pythons = await findPythons(environment);
  const found = pythons.find(({ pip }) => pip !== undefined) ?? pythons[0];
  if (found?.pip) return [ok("Python", `${found.command.join(" ")}, pip ${found.pip}`)];
  return [
    note(
      "Python",
      `${found ? `${found.command.join(" ")}, without pip` : "none"}; needed only to download TensorFlow ` +
        "(Debian, Ubuntu: apt install python3-pip)",
    ),
  ];
}

/** The installation that would be used, and whether it is whole: every byte of a cached one is looked at. */
export async function checkInstallation(
  environment: NodeJS.ProcessEnv,
): Promise<{ installation?: Installation; checks: DoctorCheck[] }> {
  const name = "libtensorflow";
  if (environment.SIMCLR_TENSORFLOW) {
    const installation = namedInstallation(environment.SIMCLR_TENSORFLOW);
    const { version, kind, directory } = installation;
    return { installation, checks: [ok(name, `${version} (${kind}) in ${directory}, named by SIMCLR_TENSORFLOW`)] };
  }
  const tensorflow = chooseTensorFlow(thisPlatform());
  const installation = cachedInstallation(tensorflow, environment);
  const { version, kind, directory } = installation;
  const wheels = tensorflow.wheels.map((wheel) => wheel.fileName);
  const damage = await damageOf(rootOf(installation), wheels, { hashes: true });
  if (damage === undefined) {
    return { installation, checks: [ok(name, `${version} (${kind}) in ${directory}, every file verified`)] };
  }
  if (damage === "absent") {
    const bytes = tensorflow.wheels.reduce((sum, wheel) => sum + wheel.bytes, 0);
    return { checks: [note(name, `${version} (${kind}), to be downloaded at first use: ${megabytes(bytes)}`)] };
  }
  return { checks: [problem(name, damage, `Delete ${rootOf(installation)}: the next start downloads it again.`)] };
}

/** Starts TensorFlow and compiles a small function with XLA. Leaves TensorFlow.js's current backend as it was. */
export async function checkXla(): Promise<DoctorCheck[]> {
  const before = tf.engine().backendName as string | undefined;
  const { version, gpu } = await useTensorFlow();
  const square = compile((x: tf.Tensor) => tf.add(tf.mul(x, x), 1), { name: "doctor", xla: true });
  const x = tf.tensor1d([3, 4]);
  const y = square(x);
  const values = [...(await y.data())];
  tf.dispose([x, y]);
  square.dispose();
  if (before) await tf.setBackend(before);
  const device = ok("TensorFlow starts", `${version}, on ${gpu ?? "the CPU"}`);
  if (values.join() === "10,17") return [device, ok("XLA", "compiles and computes")];
  const remedy = "Report this with the whole of this page; until then compile with { xla: false }.";
  return [device, problem("XLA", `computed ${values.join()} in place of 10,17`, remedy)];
}
