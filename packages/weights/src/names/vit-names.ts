import { layerPairs, nameTable, normPairs } from "./name-table.js";

/** torchvision's names of a vision transformer's variables; before 0.13 its perceptrons' layers had names for numbers. */
export const torchvisionVitNames = nameTable([
  ...layerPairs("patches", "conv_proj"),
  ["classToken", "class_token"],
  ["positions", "encoder.pos_embedding"],
  ...normPairs("block#/norm1", "encoder.layers.encoder_layer_#.ln_1"),
  ["block#/attention/input/kernel", "encoder.layers.encoder_layer_#.self_attention.in_proj_weight"],
  ["block#/attention/input/bias", "encoder.layers.encoder_layer_#.self_attention.in_proj_bias"],
  ...layerPairs("block#/attention/output", "encoder.layers.encoder_layer_#.self_attention.out_proj"),
  ...normPairs("block#/norm2", "encoder.layers.encoder_layer_#.ln_2"),
  ...layerPairs("block#/dense1", "encoder.layers.encoder_layer_#.mlp.0"),
  ...layerPairs("block#/dense2", "encoder.layers.encoder_layer_#.mlp.3"),
  ...layerPairs("block#/dense1", "encoder.layers.encoder_layer_#.mlp.linear_1"),
  ...layerPairs("block#/dense2", "encoder.layers.encoder_layer_#.mlp.linear_2"),
  ...normPairs("norm", "encoder.ln"),
]);

/** timm's names, which DeiT, DINO, MoCo v3 and MAE have too; scales of branches are DeiT III's and DINOv2's. */
export const timmVitNames = nameTable([
  ...layerPairs("patches", "patch_embed.proj"),
  ["classToken", "cls_token"],
  ["positions", "pos_embed"],
  ...normPairs("block#/norm1", "blocks.#.norm1"),
  ...layerPairs("block#/attention/input", "blocks.#.attn.qkv"),
  ...layerPairs("block#/attention/output", "blocks.#.attn.proj"),
  ["block#/layerScale1", "blocks.#.ls1.gamma"],
  ...normPairs("block#/norm2", "blocks.#.norm2"),
  ...layerPairs("block#/dense1", "blocks.#.mlp.fc1"),
  ...layerPairs("block#/dense2", "blocks.#.mlp.fc2"),
  ["block#/layerScale2", "blocks.#.ls2.gamma"],
  ...normPairs("norm", "norm"),
]);
