import type { Compile, Compiled, TensorTree } from "@simclr/core";
import { formatProfileSummary, profile } from "@simclr/runtime";

export interface ProfiledCompileOptions {
  /** Where the trace goes. */
  readonly file: string;
  /** The function to profile, by the name that it is compiled under. */
  readonly functionName: string;
  readonly print: (line: string) => void;
}

/** The first call records and compiles; the second is one as all others are. */
const profiledCall = 2;

/** A compile that profiles the second call of one function, and leaves everything else as it is. */
export function profiledCompile(compile: Compile, { file, functionName, print }: ProfiledCompileOptions): Compile {
  return (fn, options) => {
    const compiled = compile(fn, options);
    return options?.name === functionName ? profiled(compiled, file, print) : compiled;
  };
}

function profiled<Arguments extends readonly TensorTree[], Result extends TensorTree>(
  compiled: Compiled<Arguments, Result>,
  file: string,
  print: (line: string) => void,
): Compiled<Arguments, Result> {
  let calls = 0;
  const async = async (...trees: Arguments): Promise<Result> => {
    if (++calls !== profiledCall) return compiled.async(...trees);
    const { result, summary } = await profile(() => compiled.async(...trees), { file });
    for (const line of [`Step ${profiledCall}:`, ...formatProfileSummary(summary).split("\n")]) print(line);
    print(`The trace is ${file}; open it at https://ui.perfetto.dev.`);
    return result;
  };
  return Object.assign((...trees: Arguments) => compiled(...trees), { async, dispose: compiled.dispose });
}
