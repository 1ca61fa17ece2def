import { homedir } from "node:os";
import { join } from "node:path";

/** The user's cache for all projects: `$XDG_CACHE_HOME/simclr`, or what the platform has in its place. */
export function cacheDirectory(
  environment: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): string {
  if (environment.XDG_CACHE_HOME) return join(environment.XDG_CACHE_HOME, "simclr");
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "simclr");
  if (platform === "win32") return join(environment.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "simclr");
  return join(homedir(), ".cache", "simclr");
}
