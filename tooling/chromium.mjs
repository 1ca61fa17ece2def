import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

// A browser out of the npm package, where the machine can run it: Linux on x64. Elsewhere its tests are skipped.
export async function startChromium() {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const executablePath = await chromium.executablePath();
  return puppeteer.launch({ executablePath, args: chromium.args, headless: "shell" }).catch((error) => {
    console.warn(`Pages are not tested in a browser, which does not start here: ${error.message}`);
    return undefined;
  });
}
