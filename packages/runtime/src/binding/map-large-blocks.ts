import koffi from "koffi";

// malloc.h
const mapThreshold = -3;
const thresholdBytes = 2 ** 20;

/**
 * Has glibc map every block of at least 1 MiB by itself, so that the system has it back once it is freed. By itself glibc raises
 * that size, from 128 KiB to up to 32 MiB, as such blocks are freed, and keeps later ones: 70 MB beside a ResNet-18 in
 * training. What TensorFlow needs in every step it keeps in a pool of its own. MALLOC_MMAP_THRESHOLD_ wins. Runs once
 * TensorFlow's libraries are loaded, which on Linux need glibc.
 *
 * @returns whether glibc was told
 */
export function mapLargeBlocks(environment: NodeJS.ProcessEnv = process.env): boolean {
  if (process.platform !== "linux" || environment.MALLOC_MMAP_THRESHOLD_) return false;
  return koffi.load(null).func("mallopt", "int", ["int", "int"])(mapThreshold, thresholdBytes) === 1;
}
