import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeSafetensors, encodeSafetensors, type HostTensor, type Int64Tensor, isSimclrError } from "@simclr/core";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import fixture from "./fixtures/safetensors.json" with { type: "json" };
import { readSafetensors, writeSafetensors } from "./safetensors-file.js";

const pythonFile = new Uint8Array(Buffer.from(fixture.base64, "base64"));
const fixtureTensors = new Map(
  Object.entries(fixture.tensors).map(([name, { dtype, shape, values }]): [string, HostTensor] => {
    const typed = dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values);
    return [name, { dtype: dtype as "float32" | "int32", shape, values: typed }];
  }),
);

describe("safetensors", () => {
  it("reads what Python's library writes", () => {
    const { tensors, metadata } = decodeSafetensors(pythonFile);
    expect(metadata).toEqual(fixture.metadata);
    expect(Object.fromEntries(tensors)).toEqual(Object.fromEntries(fixtureTensors));
  });

  it("writes the bytes that Python's library writes", () => {
    expect(encodeSafetensors(fixtureTensors, fixture.metadata)).toEqual(pythonFile);
  });

  it("gives back what it was given, to the bit", () => {
    const float32 = fc.float32Array({ maxLength: 20 }).map((values) => ({ dtype: "float32" as const, values }));
    const int32 = fc.int32Array({ maxLength: 20 }).map((values) => ({ dtype: "int32" as const, values }));
    const tensor = fc.oneof(float32, int32).map((t): HostTensor => ({ ...t, shape: [t.values.length] }));
    const name = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.startsWith("__"));
    fc.assert(
      fc.property(fc.dictionary(name, tensor, { noNullPrototype: true }), (tensors) => {
        const file = encodeSafetensors(new Map(Object.entries(tensors)));
        expect(Object.fromEntries(decodeSafetensors(file).tensors)).toEqual(tensors);
      }),
    );
  });

  it("reads halves and 64-bit numbers as their exact neighbours, and writes 64-bit ones first", () => {
    const entry = (dtype: string, n: number, begin: number, end: number) =>
      `{"dtype":"${dtype}","shape":[${n}],"data_offsets":[${begin},${end}]}`;
    const file = withHeader(`{"f16":${entry("F16", 5, 0, 10)},"bf16":${entry("BF16", 3, 10, 16)},"i64":${entry("I64", 2, 16, 32)}}`, 32); // biome-ignore format: one line
    const data = new DataView(file.buffer, file.length - 32);
    // 1.5, -2, the smallest subnormal, infinity, -0; then 1, -3.140625 and 2^-126; then 7 and -1.
    for (const [i, half] of [0x3e00, 0xc000, 0x0001, 0x7c00, 0x8000, 0x3f80, 0xc049, 0x0080].entries()) data.setUint16(2 * i, half, true); // biome-ignore format: one line
    data.setBigInt64(16, 7n, true);
    data.setBigInt64(24, -1n, true);
    const { tensors } = decodeSafetensors(file);
    expect([...(tensors.get("f16")?.values ?? [])]).toEqual([1.5, -2, 2 ** -24, Number.POSITIVE_INFINITY, -0]);
    expect([...(tensors.get("bf16")?.values ?? [])]).toEqual([1, -3.140625, 2 ** -126]);
    expect(tensors.get("i64")).toEqual({ dtype: "int32", shape: [2], values: Int32Array.of(7, -1) });

    const one = { dtype: "float32", shape: [1], values: Float32Array.of(1) } as const;
    const count = { dtype: "int64", shape: [], values: BigInt64Array.of(7n) } as const;
    const written = encodeSafetensors(new Map<string, HostTensor | Int64Tensor>([["a", one], ["b", count]])); // biome-ignore format: one line
    expect([...decodeSafetensors(written).tensors].map(([name, { values }]) => [name, ...values])).toEqual([["b", 7], ["a", 1]]); // biome-ignore format: one line
  });

  it("reads a Node Buffer as any bytes", () => {
    expect(decodeSafetensors(Buffer.from(pythonFile)).tensors).toEqual(fixtureTensors);
  });

  it("begins the data at a multiple of eight bytes, whatever the header", () => {
    for (const name of ["a", "ab", "abc", "äöü", "abcdefgh"]) {
      const file = encodeSafetensors(new Map([[name, { dtype: "float32", shape: [1], values: Float32Array.of(1) }]]));
      expect((file.length - 4) % 8).toBe(0);
    }
  });

  it.each([
    ["cut off in its length", pythonFile.slice(0, 5)],
    ["cut off in its header", pythonFile.slice(0, 60)],
    ["cut off in its data", pythonFile.slice(0, -1)],
    ["longer than its tensors", new Uint8Array([...pythonFile, 0])],
    ["another format", new TextEncoder().encode("PK\u0003\u0004 this is no safetensors file at all")],
    ["of no JSON", withHeader("{]")],
    ["of a JSON list", withHeader("[]")],
    ["of a dtype that we do not read", withHeader('{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}', 8)],
    ["of a shape that its bytes do not fit", withHeader('{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}', 8)],
    ["of a gap", withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 8)],
    ["of a negative size", withHeader('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[4,0]}}', 4)],
    ["of an entry that is null", withHeader('{"a":null}')],
  ])("refuses a file that is %s", (_, file) => {
    expect(codeOf(() => decodeSafetensors(file))).toBe("SIMCLR_ERROR__CORE__SAFETENSORS_INVALID");
  });
});

describe("a safetensors file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "simclr-training-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is written and read, and leaves nothing else behind", async () => {
    const path = join(folder, "state.safetensors");
    await writeSafetensors(path, fixtureTensors, fixture.metadata);
    expect(new Uint8Array(await readFile(path))).toEqual(pythonFile);
    expect((await readSafetensors(path)).tensors).toEqual(fixtureTensors);
    expect(await readdir(folder)).toEqual(["state.safetensors"]);
  });

  it("is refused when it was cut off", async () => {
    const path = join(folder, "state.safetensors");
    await writeFile(path, pythonFile.subarray(0, pythonFile.length - 3));
    const error = await readSafetensors(path).catch((caught: unknown) => caught);
    expect(isSimclrError(error, "SIMCLR_ERROR__CORE__SAFETENSORS_INVALID") && error.context.file).toBe(path);
  });
});

function withHeader(json: string, dataLength = 0): Uint8Array {
  const header = new TextEncoder().encode(json);
  const file = new Uint8Array(8 + header.length + dataLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  return file;
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return isSimclrError(error) ? error.code : String(error);
  }
  return undefined;
}
