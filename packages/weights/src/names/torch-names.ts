/** What one of our paths is called in torchvision's ResNet; undefined where it has no counterpart. */
export function torchName(path: string): string | undefined {
  const match = /^(?:(stem)|group(\d+)\/block(\d+)(\/shortcut)?)\/(conv|norm)(\d+)\/(\w+)$/.exec(path);
  if (!match) return undefined;
  const [, stem, group, block, shortcut, kind, number, variable] = match;
  const leaf = leaves[`${kind}/${variable}`];
  if (leaf === undefined) return undefined;
  const layer = kind === "conv" ? "conv" : "bn";
  if (stem) return number === "1" ? `${layer}1.${leaf}` : undefined;
  const at = `layer${group}.${block}`;
  return shortcut ? `${at}.downsample.${kind === "conv" ? 0 : 1}.${leaf}` : `${at}.${layer}${number}.${leaf}`;
}

const leaves: Readonly<Record<string, string>> = {
  "conv/kernel": "weight",
  "norm/scale": "weight",
  "norm/offset": "bias",
  "norm/mean": "running_mean",
  "norm/variance": "running_var",
};
const variables = Object.fromEntries(
  Object.entries(leaves).map(([ours, theirs]) => [`${ours.split("/")[0]}/${theirs}`, ours.split("/")[1]]),
);

/**
 * Our path of a tensor of a ResNet in PyTorch, by its name below the encoder's prefix; undefined where it is none of a ResNet's
 * variables. Known are torchvision's names, and those of the same network without its classifier as an `nn.Sequential`
 * (lightly), with torchvision's stem or one without pooling.
 */
export function pathOfTorchName(name: string, sequential?: "with pooling" | "without pooling"): string | undefined {
  const match = /^(?:layer(\d+)\.(\d+)\.)?(conv|bn|downsample\.|shortcut\.)(\d+)\.(\w+)$/.exec(
    sequential ? named(name, sequential) : name,
  );
  if (!match) return undefined;
  const [, group, block, layer, number, leaf] = match;
  const isShortcut = layer === "downsample." || layer === "shortcut.";
  const isConvolution = isShortcut ? number === "0" : layer === "conv";
  const kind = isConvolution ? "conv" : "norm";
  const variable = variables[`${kind}/${leaf}`];
  if (variable === undefined || (group === undefined && (isShortcut || number !== "1"))) return undefined;
  if (group === undefined) return `stem/${kind}1/${variable}`;
  return `group${group}/block${block}${isShortcut ? "/shortcut" : ""}/${kind}${isShortcut ? 1 : number}/${variable}`;
}

/** A Sequential numbers its parts: convolution, norm, with an ImageNet stem ReLU and pooling, and then the groups. */
function named(name: string, sequential: "with pooling" | "without pooling"): string {
  const [first, ...rest] = name.split(".");
  const index = Number(first);
  const firstGroup = sequential === "with pooling" ? 4 : 2;
  const part = index === 0 ? "conv1" : index === 1 ? "bn1" : `layer${index - firstGroup + 1}`;
  return [part, ...rest].join(".");
}
