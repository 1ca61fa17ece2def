import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openTerminal } from "../terminal/terminal.js";
import { downloadData } from "./download-data.js";

// A folder and its file wnids.txt of two lines, by Python's zipfile.
const archive = Buffer.from(
  "UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAASAAAAdGlueS1pbWFnZW5ldC0yMDAvUEsDBBQAAAAAAAAAIQDU3IF/CAAAAAgAAAAbAAAAdGlueS1pbWFnZW5ldC0yMDAvd25pZHMudHh0bjAxCm4wMgpQSwECFAMUAAAAAAAAACEAAAAAAAAAAAAAAAAAEgAAAAAAAAAAAAAAgAEAAAAAdGlueS1pbWFnZW5ldC0yMDAvUEsBAhQDFAAAAAAAAAAhANTcgX8IAAAACAAAABsAAAAAAAAAAAAAAIABMAAAAHRpbnktaW1hZ2VuZXQtMjAwL3duaWRzLnR4dFBLBQYAAAAAAgACAIkAAABxAAAAAAA=",
  "base64",
);
const sha256 = createHash("sha256").update(archive).digest("hex");
const asked: (string | undefined)[] = [];

/** Breaks off once in the middle. */
const server = createServer((request, response) => {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const isFirst = asked.push(request.headers.range) === 1;
  response.writeHead(start > 0 ? 206 : 200, { "content-length": archive.length - start });
  if (!isFirst) response.end(archive.subarray(start));
  else response.write(archive.subarray(0, 100), () => setTimeout(() => response.destroy(), 50));
}).listen(0, "127.0.0.1");
afterAll(() => server.close());
const url = async () => {
  if (!server.listening) await new Promise((ready) => server.once("listening", ready));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/tiny-imagenet-200.zip`;
};

/** A terminal that is none, whose lines are kept. */
function recorded() {
  const lines: string[] = [];
  const stream = { isTTY: false, write: (line: string) => lines.push(line) > 0 } as unknown as NodeJS.WriteStream;
  return { terminal: openTerminal(stream), lines };
}

test("an interrupted archive goes on, is checked, unpacked and not fetched again", async () => {
  const [folder, { terminal, lines }] = [mkdtempSync(join(tmpdir(), "download-")), recorded()];
  const options = { name: "tiny-imagenet", folder, url: await url(), sha256, terminal };
  const path = await downloadData(options);
  expect(path).toBe(join(folder, "tiny-imagenet-200"));
  expect(readFileSync(join(path, "wnids.txt"), "utf8")).toBe("n01\nn02\n");
  expect(asked).toEqual([undefined, "bytes=100-"]);
  expect(lines.join("")).toContain("Checking and unpacking.");
  expect(await downloadData(options)).toBe(path);
  expect([asked.length, readdirSync(folder)]).toEqual([2, ["tiny-imagenet-200"]]);
});

test("another archive than the makers' is refused, as is a name that nobody knows, and no network is said", async () => {
  const [folder, { terminal }] = [mkdtempSync(join(tmpdir(), "download-")), recorded()];
  const mirror = downloadData({ name: "tiny-imagenet", folder, url: await url(), terminal });
  await expect(mirror).rejects.toMatchObject({ code: "SIMCLR_ERROR__DATA__DOWNLOAD_DIFFERS", context: { received: sha256 } }); // biome-ignore format: one line
  expect(readdirSync(folder)).toEqual([]);
  await expect(downloadData({ name: "cifar1", folder, terminal })).rejects.toThrow('Did you mean "cifar10"?');
  await expect(downloadData({ name: "imagenet", folder, terminal })).rejects.toMatchObject({ code: "SIMCLR_ERROR__CLI__UNKNOWN_DATASET" }); // biome-ignore format: one line
  const nowhere = downloadData({ name: "stl10", folder, url: "http://nowhere.invalid/a.tar.gz", terminal });
  await expect(nowhere).rejects.toThrow(`no network, or no such host: getaddrinfo`);
  await expect(nowhere).rejects.toThrow(`put it at ${join(folder, "stl10_binary.tar.gz")}`);
});

test("what is stopped keeps what has arrived", async () => {
  const folder = mkdtempSync(join(tmpdir(), "download-"));
  const stop = AbortSignal.abort();
  const stopped = downloadData({
    name: "cifar10",
    folder,
    url: await url(),
    signal: stop,
    terminal: recorded().terminal,
  });
  await expect(stopped).rejects.toMatchObject({ code: "SIMCLR_ERROR__DATA__DOWNLOAD_FAILED" });
});
