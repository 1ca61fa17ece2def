// TensorFlow.js, installed packages, Node and the runtime itself are not where a user looks first.
const library = /[\\/]node_modules[\\/]|[\\/]runtime[\\/](src|dist)[\\/](?!.*\.test\.)/;
const frame = /((?:file:\/\/|\/|[A-Za-z]:\\)[^\s()]+:\d+:\d+)/;

/** Notes where the program is; cheap until it is asked for. */
export function noteCallSite(): () => string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 60; // the backward pass calls from far below
  const note = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return () => {
    const places = (note.stack ?? "").split("\n").flatMap((line) => frame.exec(line)?.[1] ?? []);
    return places.find((place) => !library.test(place)) ?? places.at(-1) ?? "an unknown place";
  };
}
