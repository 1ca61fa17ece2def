import { spawn } from "node:child_process";

/** Runs a command, with more in its environment, shows what it prints, and returns how long it took. */
export function runCommand(
  command: string,
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0) resolve(Math.round((performance.now() - start) / 1000));
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code}`));
    });
  });
}
