/** Adam's moments where they stood before `adam` had L2 regularisation: at the front of their chain, within others or not. */
const movedMoment = /^(optimizerState\/(?:\d+\/)*)0(\/(?:firstMoment|secondMoment)\/)/;

/**
 * A state's tensors by the paths that they have today. L2 regularisation stands before Adam's moments and remembers nothing, so that a
 * checkpoint from before it lacks no number.
 *
 * @param paths those of the state that is asked for; one that a tensor has already stays
 */
export function inPresentForm<Value>(
  tensors: ReadonlyMap<string, Value>,
  paths: ReadonlySet<string>,
): ReadonlyMap<string, Value> {
  const present = (path: string) => {
    const moved = path.replace(movedMoment, (_, before, moment) => `${before}1${moment}`);
    return !paths.has(path) && paths.has(moved) ? moved : path;
  };
  return new Map([...tensors].map(([path, value]) => [present(path), value]));
}
