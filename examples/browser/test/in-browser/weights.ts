import { resnet } from "@simclr/backbones";
import { randomKey } from "@simclr/core";
import { exportEncoder, importEncoder } from "@simclr/weights/browser";

/** Out as torchvision's state dict and in again: names, layouts and the network told from the tensors. */
export async function numbers(): Promise<number[]> {
  const backbone = resnet({ depth: 18, width: 1 / 16, variant: "torchvision" });
  const encoder = { spec: backbone.spec, ...backbone.init(randomKey(6)) };
  const { files } = await exportEncoder(encoder, { format: "torchvision" });
  const graph = await exportEncoder(encoder, { format: "graph-model" });
  const again = importEncoder(files);
  const kernel = again.params["group1/block0/conv1/kernel"] ?? Object.values(again.params)[3];
  return [
    again.spec.kind === "resnet" ? again.spec.depth : 0,
    ...Object.values(graph.files).map(({ length }) => length),
    ...(kernel?.dataSync() ?? []),
  ];
}
