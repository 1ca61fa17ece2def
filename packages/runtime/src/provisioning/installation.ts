import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { simclrError } from "@simclr/core";
import "./errors.js";
import type { TensorFlowKind } from "./lock.js";

/** TensorFlow's libraries on this machine. */
export interface Installation {
  /** The directory that holds the libraries. */
  readonly directory: string;
  /** TensorFlow's version, `"2.21.0"`; `"unknown"` for a named installation that does not say. */
  readonly version: string;
  readonly kind: TensorFlowKind;
  /** Paths of the two libraries, to be loaded in this order. */
  readonly libraries: { readonly framework: string; readonly c: string };
  /** Whether it lies in the user's cache or was named by SIMCLR_TENSORFLOW. */
  readonly origin: "cache" | "named";
}

const frameworkNames = ["libtensorflow_framework.so.2", "libtensorflow_framework.2.dylib"];
// Python's package holds the first, the C library's archive the second.
const cNames = ["libtensorflow_cc.so.2", "libtensorflow_cc.2.dylib", "libtensorflow.so.2", "libtensorflow.2.dylib"];

/**
 * The installation in a directory that the user named: the directory of the libraries, or one with them in
 * `tensorflow/` (Python's site-packages) or `lib/`.
 *
 * @throws SIMCLR_ERROR__RUNTIME__INSTALLATION_INVALID
 */
export function namedInstallation(named: string): Installation {
  const root = resolve(named);
  for (const directory of [root, join(root, "tensorflow"), join(root, "lib")]) {
    const framework = firstThere(directory, frameworkNames);
    const c = firstThere(directory, cNames);
    if (!framework || !c) continue;
    const { version, distribution } = packageVersion(directory) ?? {
      version: /\.so\.(\d+\.\d+\.\d+)$/.exec(realpathSync(c))?.[1] ?? "unknown",
      distribution: "",
    };
    const hasCuda = distribution !== "tensorflow_cpu" && existsSync(join(directory, "..", "nvidia", "cuda_runtime"));
    return { directory, version, kind: hasCuda ? "cuda" : "cpu", libraries: { framework, c }, origin: "named" };
  }
  const missing = [frameworkNames, cNames].flatMap((names) => (firstThere(root, names) ? [] : [names[0] as string]));
  throw simclrError(
    "SIMCLR_ERROR__RUNTIME__INSTALLATION_INVALID",
    { directory: root, missing },
    {
      expected: "SIMCLR_TENSORFLOW to name a directory with TensorFlow's libraries, or a site-packages with TensorFlow",
      received: existsSync(root) ? `${root}, without ${missing.join(" and ")}` : `${root}, which does not exist`,
      remedy:
        "Name the directory that `python3 -c 'import tensorflow, os; print(os.path.dirname(tensorflow.__file__))'` " +
        "prints, or unset SIMCLR_TENSORFLOW to let the libraries be downloaded.",
    },
  );
}

function firstThere(directory: string, names: readonly string[]): string | undefined {
  return names.map((name) => join(directory, name)).find((path) => existsSync(path));
}

function packageVersion(directory: string): { version: string; distribution: string } | undefined {
  for (const name of readdirSync(dirname(directory))) {
    const match = /^(tensorflow|tensorflow_cpu)-(\d+\.\d+\.\d+)\.dist-info$/.exec(name);
    if (match?.[1] && match[2]) return { version: match[2], distribution: match[1] };
  }
  return undefined;
}
