import { spawn } from "node:child_process";
import { simclrError } from "@simclr/core";
import "./errors.js";

/** A command line that starts Python. */
export type Python = readonly [program: string, ...leading: string[]];

/** What a program said and how it ended. `code` is undefined where it could not be started. */
export interface ProgramResult {
  readonly code?: number;
  readonly output: string;
}

/** Runs a program to its end; never throws. */
export function runProgram(
  [program, ...leading]: Python,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(program, [...leading, ...args], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    const stop = () => child.kill();
    process.once("exit", stop);
    const finish = (result: ProgramResult) => {
      process.removeListener("exit", stop);
      resolve(result);
    };
    // Only the end of what pip says matters.
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => finish({ output: error.message }));
    child.on("close", (code, signal) =>
      finish({ code: code ?? 1, output: signal ? `${output}\nended by ${signal}` : output }),
    );
  });
}

/** A Python on this machine; `pip` is its pip's version, where it has one. */
export interface FoundPython {
  readonly command: Python;
  readonly pip?: string;
}

/** The Python that is named by SIMCLR_PYTHON, or those on the path. */
export async function findPythons(environment: NodeJS.ProcessEnv): Promise<FoundPython[]> {
  const found: FoundPython[] = [];
  for (const command of pythonCandidates(environment)) {
    const python = await runProgram(command, ["-c", "import sys; sys.exit(sys.version_info < (3, 8))"], environment);
    if (python.code !== 0) continue;
    const pip = await runProgram(command, ["-m", "pip", "--version"], environment);
    const version = pip.code === 0 ? /^pip (\S+)/m.exec(pip.output)?.[1] : undefined;
    found.push(version === undefined ? { command } : { command, pip: version });
    if (version !== undefined) break;
  }
  return found;
}

/**
 * A Python that has pip.
 *
 * @throws SIMCLR_ERROR__RUNTIME__PYTHON_MISSING
 * @throws SIMCLR_ERROR__RUNTIME__PIP_MISSING
 */
export async function pythonWithPip(environment: NodeJS.ProcessEnv): Promise<Python> {
  const pythons = await findPythons(environment);
  const withPip = pythons.find(({ pip }) => pip !== undefined);
  if (withPip) return withPip.command;
  const orName = "or set SIMCLR_PYTHON to one elsewhere, or SIMCLR_TENSORFLOW to an installation of TensorFlow.";
  const first = pythons[0]?.command.join(" ");
  if (first === undefined) {
    const tried = pythonCandidates(environment).map((command) => command.join(" "));
    throw simclrError(
      "SIMCLR_ERROR__RUNTIME__PYTHON_MISSING",
      { tried },
      {
        expected: "Python 3.8 or newer, whose pip downloads TensorFlow's libraries",
        received: `none under the name ${tried.join(", ")}`,
        remedy: `Install it (Debian, Ubuntu: apt install python3-pip; macOS: brew install python), ${orName}`,
      },
    );
  }
  throw simclrError(
    "SIMCLR_ERROR__RUNTIME__PIP_MISSING",
    { python: first },
    {
      expected: "a Python that has pip, which downloads TensorFlow's libraries",
      received: `${first}, which has none`,
      remedy: `Install it (Debian, Ubuntu: apt install python3-pip; elsewhere: ${first} -m ensurepip --user), ${orName}`,
    },
  );
}

function pythonCandidates(environment: NodeJS.ProcessEnv): Python[] {
  return environment.SIMCLR_PYTHON ? [[environment.SIMCLR_PYTHON]] : [["python3"], ["python"], ["py", "-3"]];
}
