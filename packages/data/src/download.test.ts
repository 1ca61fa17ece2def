import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { create } from "tar";
import { afterAll, describe, expect, it } from "vitest";
import { cifar10, type DownloadProgress, download, downloadDataset } from "./index.js";
import { temporaryFolder, writeFiles } from "./testing/files.js";

const content = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31 + (i >> 8)) % 256));
const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const sha256 = hashOf(content);

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`;
}

/** Serves ranges; the connections given by their number break off after so many bytes. */
async function interrupted(breaks: Record<number, number>, { ranges = true } = {}) {
  const asked: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    const range = request.headers.range;
    const start = ranges ? Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0) : 0;
    const rest = content.subarray(start);
    const end = breaks[asked.push(range) - 1];
    response.writeHead(start > 0 ? 206 : 200, { "content-length": rest.length });
    if (end === undefined) response.end(rest);
    else response.write(rest.subarray(0, end), () => setTimeout(() => response.destroy(), 50));
  });
  return { url, asked };
}

async function place() {
  const folder = await temporaryFolder();
  return { folder, path: join(folder, "deep", "file.bin") };
}

describe("download", () => {
  it("writes the file, tells how far it is, and does nothing the second time", async () => {
    const [{ url, asked }, { path }] = [await interrupted({}), await place()];
    const seen: DownloadProgress[] = [];
    await download({ url, path, sha256, onProgress: (progress) => seen.push(progress) });
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(seen.at(-1)).toEqual({ receivedBytes: 200_000, totalBytes: 200_000 });
    await download({ url, path, sha256 });
    expect(asked).toEqual([undefined]);
    expect(await readdir(join(path, ".."))).toEqual(["file.bin"]);
  });

  it("goes on after an interruption from the byte where it stopped", async () => {
    const [{ url, asked }, { path }] = [await interrupted({ 0: 50_000, 1: 30_000 }), await place()];
    const seen: DownloadProgress[] = [];
    await download({ url, path, sha256, onProgress: (progress) => seen.push(progress) });
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(asked).toEqual([undefined, "bytes=50000-", "bytes=80000-"]);
    expect(seen.at(-1)).toEqual({ receivedBytes: 200_000, totalBytes: 200_000 });
  });

  it("goes on in a later call, and starts anew where the server knows no ranges", async () => {
    const { path } = await place();
    const first = await interrupted({ 0: 50_000 });
    const failed = download({ url: first.url, path, sha256, attempts: 1 });
    await expect(failed).rejects.toMatchObject({
      code: "SIMCLR_ERROR__DATA__DOWNLOAD_FAILED",
      context: { receivedBytes: 50_000, path },
    });
    expect(existsSync(path)).toBe(false);
    const { url, asked } = await interrupted({}, { ranges: false });
    await download({ url, path, sha256 });
    expect(asked).toEqual(["bytes=50000-"]);
    expect((await readFile(path)).equals(content)).toBe(true);
  });

  it("takes a part that is whole already", async () => {
    const { folder } = await place();
    await writeFiles(folder, { "file.bin.part": content });
    const url = await serve((_, response) => response.writeHead(416).end());
    await download({ url, path: join(folder, "file.bin"), sha256 });
    expect((await readFile(join(folder, "file.bin"))).equals(content)).toBe(true);
  });

  it("refuses another content and removes it, but not a file that was there before", async () => {
    const [{ url }, { folder, path }] = [await interrupted({}), await place()];
    const other = hashOf(Buffer.of(1));
    const code = "SIMCLR_ERROR__DATA__DOWNLOAD_DIFFERS";
    await expect(download({ url, path, sha256: other })).rejects.toMatchObject({ code, context: { received: sha256 } });
    expect(await readdir(join(path, ".."))).toEqual([]);
    await writeFiles(folder, { "deep/file.bin": "mine" });
    await expect(download({ url, path, sha256 })).rejects.toMatchObject({ code });
    expect(await readFile(path, "utf8")).toBe("mine");
  });

  it("says what to do without a network, and when the server refuses", async () => {
    const { path } = await place();
    const refused = download({ url: "http://127.0.0.1:9/file.bin", path, sha256 });
    await expect(refused).rejects.toThrow(`download http://127.0.0.1:9/file.bin elsewhere and put it at ${path}`);
    const url = await serve((_, response) => response.writeHead(404).end("no"));
    await expect(download({ url, path, sha256 })).rejects.toThrow("the server answers 404 Not Found");
    const nowhere = download({ url: "http://nowhere.invalid/file.bin", path, sha256 });
    await expect(nowhere).rejects.toThrow("0 bytes, then: no network, or no such host: getaddrinfo");
    await expect(download({ url: "file.bin", path, sha256 })).rejects.toThrow("url");
    await expect(download({ url, path, sha256: "abc" })).rejects.toThrow("sha256");
    await expect(download({ url, path, sha256, attempts: 0 })).rejects.toThrow("attempts");
  });
});

describe("downloadDataset", () => {
  it("unpacks a tar.gz archive for its dataset", async () => {
    const made = await temporaryFolder();
    const record = Buffer.alloc(10_000 * 3073, 0);
    // tar refuses what grows to a thousand times its size.
    for (let i = 0; i < 100; i++) record.set(content.subarray(0, 3072), i * 97 * 3073 + 1);
    record[1] = 200;
    await writeFiles(made, { "cifar-10-batches-bin/test_batch.bin": record });
    await create({ file: join(made, "x.tar.gz"), gzip: true, cwd: made }, ["cifar-10-batches-bin"]);
    const archive = await readFile(join(made, "x.tar.gz"));
    let requests = 0;
    const url = await serve((_, response) => {
      requests++;
      response.end(archive);
    });
    const folder = await temporaryFolder();
    const options = { url, sha256: hashOf(archive) };
    const path = await downloadDataset("cifar10", folder, options);
    expect(path).toBe(join(folder, "cifar-10-batches-bin"));
    expect((await (await cifar10(path, { split: "test" })).read([0])).images[0]).toBe(200);
    expect(await readdir(folder)).toEqual(["cifar-10-batches-bin"]);
    expect(await downloadDataset("cifar10", folder, options)).toBe(path);
    expect(requests).toBe(1);
  });

  it("unpacks a zip archive", async () => {
    const archive = Buffer.from(zipOfAnnotations, "base64");
    const url = await serve((_, response) => response.end(archive));
    const folder = await temporaryFolder();
    await downloadDataset("tinyImagenet", folder, { url, sha256: hashOf(archive) });
    expect(await readFile(join(folder, "tiny-imagenet-200/wnids.txt"), "utf8")).toBe("n01\nn02\n");
  });

  it("keeps nothing half unpacked, and refuses names it does not know", async () => {
    const [folder, broken] = [await temporaryFolder(), Buffer.from("no archive")];
    const url = await serve((_, response) => response.end(broken));
    const unpacked = downloadDataset("stl10", folder, { url, sha256: hashOf(broken) });
    const path = join(folder, "stl10_binary.tar.gz");
    const code = "SIMCLR_ERROR__DATA__UNPACKING_FAILED";
    await expect(unpacked).rejects.toMatchObject({ code, context: { path, folder } });
    expect(await readdir(folder)).toEqual(["stl10_binary.tar.gz"]);
    const other = Buffer.from(zipOfAnnotations, "base64");
    await writeFiles(folder, { "tiny-imagenet-200.zip": other.subarray(0, 200) });
    const cut = downloadDataset("tinyImagenet", folder, { sha256: hashOf(other.subarray(0, 200)) });
    await expect(cut).rejects.toMatchObject({ code });
    await expect(downloadDataset("mnist" as never, folder)).rejects.toThrow("cifar10, cifar100, stl10, tinyImagenet");
  });
});

// A folder and a file of two lines, by Python's zipfile.
const zipOfAnnotations =
  "UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAASAAAAdGlueS1pbWFnZW5ldC0yMDAvUEsDBBQAAAAAAAAAIQDU3IF/CAAAAAgAAAAbAAAAdGlueS1pbWFnZW5ldC0yMDAvd25pZHMudHh0bjAxCm4wMgpQSwECFAMUAAAAAAAAACEAAAAAAAAAAAAAAAAAEgAAAAAAAAAAAAAAgAEAAAAAdGlueS1pbWFnZW5ldC0yMDAvUEsBAhQDFAAAAAAAAAAhANTcgX8IAAAACAAAABsAAAAAAAAAAAAAAIABMAAAAHRpbnktaW1hZ2VuZXQtMjAwL3duaWRzLnR4dFBLBQYAAAAAAgACAIkAAABxAAAAAAA=";
