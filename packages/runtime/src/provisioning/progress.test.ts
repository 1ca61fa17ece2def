import { describe, expect, it } from "vitest";
import { megabytes, type ProvisionProgress, progressOnStderr } from "./progress.js";

function written(isTTY: boolean): string {
  let text = "";
  const write = (chunk: string) => {
    text += chunk;
    return true;
  };
  const stream = { isTTY, write } as unknown as NodeJS.WriteStream;
  const onProgress = progressOnStderr(stream);
  const download: ProvisionProgress = {
    phase: "download",
    what: "tensorflow-cpu 2.21.0",
    doneBytes: 0,
    totalBytes: 2e8,
  };
  onProgress(download);
  onProgress({ ...download, doneBytes: 1e8 });
  onProgress({ ...download, doneBytes: 2e8 });
  return text;
}

describe("progressOnStderr", () => {
  it("writes one line per wheel where nobody watches", () => {
    expect(written(false)).toBe("Downloading tensorflow-cpu 2.21.0 (200 MB)\n");
  });

  it("rewrites one line on a terminal and ends it", () => {
    const lines = written(true).split("\r\x1b[2K").slice(1);
    expect(lines).toEqual([
      "Downloading tensorflow-cpu 2.21.0 0 MB of 200 MB",
      "Downloading tensorflow-cpu 2.21.0 100 MB of 200 MB",
      "Downloading tensorflow-cpu 2.21.0 200 MB of 200 MB\n",
    ]);
  });
});

describe("megabytes", () => {
  it("is in gigabytes above a thousand", () => {
    expect([megabytes(273_829_956), megabytes(5_506_012_547)]).toEqual(["274 MB", "5.5 GB"]);
  });
});
