import koffi from "koffi";

const standardError = 2;
const writeOnly = 1;

/**
 * Runs something with standard error closed to native code. TensorFlow greets there while it is loaded, before its own
 * log level counts. What JavaScript throws is not touched.
 */
export function quietly<T>(fn: () => T): T {
  const libc = koffi.load(null);
  const open = libc.func("open", "int", ["str", "int"]);
  const duplicate = libc.func("dup", "int", ["int"]);
  const replace = libc.func("dup2", "int", ["int", "int"]);
  const close = libc.func("close", "int", ["int"]);
  const saved = duplicate(standardError) as number;
  const nowhere = open("/dev/null", writeOnly) as number;
  replace(nowhere, standardError);
  try {
    return fn();
  } finally {
    replace(saved, standardError);
    close(saved);
    close(nowhere);
  }
}
