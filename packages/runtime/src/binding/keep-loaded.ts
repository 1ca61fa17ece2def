import koffi from "koffi";

// dlfcn.h; the numbers differ between Linux and macOS.
const flags =
  process.platform === "darwin"
    ? { now: 0x2, global: 0x8, noDelete: 0x80 }
    : { now: 0x2, global: 0x100, noDelete: 0x1000 };

/**
 * Loads a library for the rest of the process, its symbols open to libraries that are loaded later. Koffi would unload
 * it when Node ends, and TensorFlow's threads, still running, would crash the process.
 */
export function keepLoaded(path: string): void {
  const open = koffi.load(null).func("dlopen", "void *", ["str", "int"]);
  open(path, flags.now | flags.global | flags.noDelete);
}
