import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** resample-kernel.as as WebAssembly with SIMD, in base64. */
export async function compileResampleKernel(): Promise<string> {
  let binary = new Uint8Array();
  const { error, stderr } = await asc.main(
    ["kernel.ts", "--outFile", "kernel.wasm", "-O3", "--enable", "simd", "--runtime", "stub", "--noAssert"],
    {
      readFile: (name) => (name === "kernel.ts" ? readFileSync(here("resample-kernel.as"), "utf8") : null),
      writeFile: (_, content) => {
        binary = content as Uint8Array<ArrayBuffer>;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(stderr.toString());
  return Buffer.from(binary).toString("base64");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = `// Made from scripts/resample-kernel.as by scripts/compile-resample-kernel.ts; resample.test.ts sees that it still is.\nexport const kernel =\n  "${await compileResampleKernel()}";\n`;
  writeFileSync(here("../src/resample-kernel.ts.part"), text);
  renameSync(here("../src/resample-kernel.ts.part"), here("../src/resample-kernel.ts"));
}
