import { type ResnetSpec, resnetArchitecture } from "@simclr/backbones";

/** How torchvision's ResNet becomes an encoder's: before its state dict is loaded, and, of what has no variables, at any time. */
export function resnetNotes(spec: ResnetSpec): string[] {
  return [...stemNotes(spec), ...blockNotes(spec), ...shortcutNotes(spec)];
}

function stemNotes(spec: ResnetSpec): string[] {
  const { stem, inputChannels, resnetD, stemActivation, variant } = spec;
  const notes: string[] = [];
  if (stem === "cifar") notes.push("Replace conv1 by a 3x3 convolution with stride 1, and maxpool by nn.Identity().");
  else if (resnetD) notes.push(`Replace conv1 by ${deepStem(spec)}.`);
  if (inputChannels !== 3 && !(stem === "imagenet" && resnetD))
    notes.push(`Give conv1 ${inputChannels} input channels.`);
  if (stemActivation === "none") notes.push("Replace relu by nn.Identity().");
  if (stem === "imagenet" && variant === "simclr")
    notes.push("Replace maxpool: TensorFlow pads even sizes by nn.ZeroPad2d((0, 1, 0, 1)), then nn.MaxPool2d(3, 2).");
  return notes;
}

function deepStem(spec: ResnetSpec): string {
  const layers = resnetArchitecture(spec).stem.map(({ inputChannels, outputChannels, stride }, index) => {
    const before = index === 0 ? [] : [`nn.BatchNorm2d(${inputChannels})`, "nn.ReLU()"];
    return [...before, `nn.Conv2d(${inputChannels}, ${outputChannels}, 3, ${stride}, 1, bias=False)`].join(", ");
  });
  return `nn.Sequential(${layers.join(", ")})`;
}

function blockNotes({ depth, selectiveKernels, squeezeExcite }: ResnetSpec): string[] {
  const notes: string[] = [];
  const last = depth >= 50 ? "bn3" : "bn2";
  if (selectiveKernels > 0 && depth >= 50)
    notes.push(
      "Give each block's conv2 and bn2 twice the output channels, and replace its conv3 by nn.Sequential(SelectiveKernel(conv3.in_channels, " +
        `${selectiveKernels}), conv3), with the class in the README of @simclr/weights.`,
    );
  if (squeezeExcite > 0)
    notes.push(
      `Replace each block's ${last} by nn.Sequential(${last}, torchvision.ops.SqueezeExcitation(${last}.num_features, ` +
        `max(1, int(conv1.out_channels * ${squeezeExcite})))).`,
    );
  return notes;
}

function shortcutNotes({ depth, resnetD, variant }: ResnetSpec): string[] {
  const notes: string[] = [];
  if (variant === "simclr" && depth < 50)
    notes.push("Give layer1[0] a downsample, a 1x1 convolution and a batch norm; torchvision's has none.");
  if (resnetD)
    notes.push(
      "After loading, put nn.AvgPool2d(2, 1) behind nn.ReplicationPad2d((0, 1, 0, 1)) before layer1's downsample, nn.AvgPool2d(2, 2) behind " +
        "nn.ZeroPad2d((0, 1, 0, 1)) before the others, and take away the downsamples' strides.",
    );
  return notes;
}
