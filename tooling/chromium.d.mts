import type { Browser } from "puppeteer-core";

export type { Browser, Page } from "puppeteer-core";

/** A headless Chromium; undefined where this machine cannot run it. */
export function startChromium(): Promise<Browser | undefined>;
