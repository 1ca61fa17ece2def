import { mkdtempSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "@simclr/tooling/chromium";
import { build, type InlineConfig, preview } from "vite";

/** Builds a page as its users build it, and serves it from this machine. */
export async function servePage(config: InlineConfig = {}): Promise<{ origin: string; close(): Promise<void> }> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const outDir = mkdtempSync(join(tmpdir(), "browser-page-"));
  const quiet = { root, logLevel: "warn" as const, ...config };
  await build({ ...quiet, build: { ...config.build, outDir, emptyOutDir: true } });
  const server = await preview({
    ...quiet,
    build: { outDir },
    preview: { host: "127.0.0.1", port: 0, strictPort: true },
  });
  const { port } = server.httpServer.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** Opens a page, and hears of everything that goes wrong on it or leaves it. */
export async function openPage(
  browser: Browser,
  origin: string,
  path = "/",
): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  // As long as a test may take: a machine that is busy is no failure.
  page.setDefaultTimeout(100_000);
  const complaints: string[] = [];
  page.on("console", (message) => {
    // Chromium's own word on a machine without a graphics card.
    if (message.text() === "Failed to create WebGPU Context Provider") return;
    if (message.type() === "error" || message.type() === "warn")
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(blob|data):/.test(url)) complaints.push(`request: ${url}`);
  });
  await page.setViewport({ width: 1200, height: 900 });
  await page.goto(`${origin}${path}`, { waitUntil: "load" });
  return { page, complaints };
}
