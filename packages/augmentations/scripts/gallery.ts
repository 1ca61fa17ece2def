// One picture, drawn here, and what every augmentation makes of it: writes docs/gallery.png.
// Run: pnpm gallery
import { rename } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { randomKey } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import sharp, { type OverlayOptions } from "sharp";
import * as augmentations from "../src/index.js";

const side = 96;
const gap = 6;
const labelWidth = 166;
const caption = 15;
const titleHeight = 8;

type Cell = readonly [caption: string, augmentation: unknown, parameters: object];
type Row = readonly [label: string, cells: readonly Cell[]];

const scene = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 96 96">
  <defs>
    <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#3d7ec9"/><stop offset="1" stop-color="#f6d9a8"/></linearGradient>
    <linearGradient id="sea" x2="0" y2="1"><stop stop-color="#2d8f95"/><stop offset="1" stop-color="#114a5c"/></linearGradient>
  </defs>
  <rect width="96" height="96" fill="url(#sky)"/>
  <circle cx="72" cy="22" r="10" fill="#fff3c4"/>
  <path d="M0 62 L22 34 L38 52 L56 40 L96 62 Z" fill="#6b5b7b"/>
  <path d="M22 34 L28 41 L23 44 L16 42 Z" fill="#f5f2ee"/>
  <rect y="60" width="96" height="36" fill="url(#sea)"/>
  <g stroke="#7fc4c1" stroke-width="1.2"><path d="M6 72h14M30 68h10M62 88h18M10 88h12M76 70h12"/></g>
  <path d="M32 76 L70 76 L62 86 L40 86 Z" fill="#b8402f"/>
  <path d="M49 74 L49 40 L68 72 Z" fill="#fdfbf3"/>
  <path d="M47 74 L47 46 L35 72 Z" fill="#e8b23a"/>
  <rect x="47.3" y="38" width="1.6" height="38" fill="#3b2a20"/>
</svg>`;

const jitter = augmentations.colorJitter({ variant: "torchvision" });
const still = { order: [[0, 1, 2, 3]], brightness: [1], contrast: [1], saturation: [1], hue: [0] };
const bright = (name: string, value: number): Cell => [`${name} ${value}`, jitter, { ...still, [name]: [value] }];
const unmoved = { angle: [0], translateX: [0], translateY: [0], scale: [1], shearX: [0], shearY: [0] };
const affine = augmentations.randomAffine({ degrees: 180 });
const drawn = (seed: number, name: string, augmentation: augmentations.Augmentation): Cell => [
  `${name}, seed ${seed}`,
  augmentation,
  augmentation.sample(randomKey(seed), { batchSize: 1, imageSize: [side, side] }),
];
const several = (name: string, make: () => unknown): Cell[] =>
  [1, 2, 3, 4, 5].map((seed) => drawn(seed, name, make() as augmentations.Augmentation));
const varied = <V>(
  values: readonly V[],
  name: (value: V) => string,
  augmentation: unknown,
  parameters: (value: V) => object,
) => values.map((value): Cell => [name(value), augmentation, parameters(value)]);

/** A mixture with the same scene in other colours, upside down. */
function withAnother(mix: unknown) {
  const apply = (image: tf.Tensor4D, parameters: object) => {
    const other = tf.reverse(jitter.apply(image, { ...still, hue: [0.4] }), 1);
    const labels = tf.tensor2d([1, 0, 0, 1], [2, 2]);
    const both = { ...parameters, partner: [1, 0] } as never;
    const { images } = (mix as augmentations.BatchMix).apply(tf.concat([image, other]), labels, both);
    return tf.slice4d(images, [0, 0, 0, 0], [1, -1, -1, -1]);
  };
  return { apply };
}

const rows: Row[] = [
  ["randomResizedCrop", several("crop", () => augmentations.randomResizedCrop({ imageSize: side }))],
  ["flip, tones", [
    ["flip", augmentations.horizontalFlip(), {}],
    ["grayscale", augmentations.grayscale(), {}],
    ["invert", augmentations.invert(), {}],
    ["equalize", augmentations.equalize(), {}],
    ["autoContrast", augmentations.autoContrast(), {}],
  ]],
  ["colorJitter", [bright("brightness", 0.5), bright("brightness", 1.6), bright("contrast", 0.4), bright("saturation", 1.8), bright("hue", 0.3)]],
  ["solarize", varied([0.9, 0.75, 0.5, 0.25, 0], (t) => `threshold ${t}`, augmentations.solarize(), (t) => ({ threshold: [t] }))],
  ["posterize", varied([6, 4, 3, 2, 1], (bits) => (bits === 1 ? "1 bit" : `${bits} bits`), augmentations.posterize(), (bits) => ({ bits: [bits] }))],
  ["adjustGamma", varied([0.4, 0.7, 1.3, 1.8, 2.5], (g) => `gamma ${g}`, augmentations.adjustGamma(), (g) => ({ gamma: [g], gain: [1] }))],
  ["sharpness", varied([0, 0.5, 1.9, 4, 8], (f) => `factor ${f}`, augmentations.sharpness(), (f) => ({ factor: [f] }))],
  ["gaussianBlur", varied([0.5, 1, 1.5, 2, 3], (s) => `sigma ${s}`, augmentations.gaussianBlur(), (s) => ({ sigma: [s] }))],
  ["motionBlur", varied(
    [[5, 0, 0], [9, 0, 0], [9, 45, 0], [9, 90, 0], [15, -30, 1]],
    ([size, angle]) => `${size} pixels, ${angle}°`,
    augmentations.motionBlur({ kernelSizeRange: [3, 15] }),
    ([kernelSize, angle, direction]) => ({ kernelSize: [kernelSize], angle: [angle], direction: [direction] }),
  )],
  ["gaussianNoise", varied([0.02, 0.05, 0.1, 0.15, 0.2], (s) => `sigma ${s}`, augmentations.gaussianNoise(), (s) => ({ sigma: [s], key: [[12, 4000, 7]] }))],
  ["sobel, cutout", [
    ["sobel", augmentations.sobel(), {}],
    ...varied([0.25, 0.5], (p) => `cutout ${p}`, augmentations.cutout(), (p) => ({ y: [20], x: [30], height: [p * side], width: [p * side] })),
    ...[1, 4].map((seed) => drawn(seed, "erasing", augmentations.randomErasing({ value: [0.49, 0.48, 0.45] }) as augmentations.Augmentation)),
  ]],
  ["rotate", varied([15, 45, 90, 180, 270], (a) => `${a}°`, augmentations.rotate(), (a) => ({ angle: [a] }))],
  ["randomAffine", [
    ["scale 0.6", affine, { ...unmoved, scale: [0.6] }],
    ["translate 20, 10", affine, { ...unmoved, translateX: [20], translateY: [10] }],
    ["shear 20°, 0°", affine, { ...unmoved, shearX: [20] }],
    ["all of them", affine, { angle: [25], translateX: [6], translateY: [-8], scale: [0.8], shearX: [15], shearY: [-5] }],
    ["filled", augmentations.randomAffine({ degrees: 180, fill: [0.9, 0.85, 0.7] }), { ...unmoved, angle: [25], scale: [0.8] }],
  ]],
  ["randomPerspective", several("corners", () => augmentations.randomPerspective())],
  ["randomShear", varied([[0.2, 0], [0.5, 0], [0, 0.3], [0.4, 0.2], [-0.4, 0.2]], ([h, v]) => `${h}, ${v}`, augmentations.randomShear(), ([h, v]) => ({ horizontal: [h], vertical: [v] }))],
  ["autoAugment", (["imagenet", "imagenet", "cifar10", "cifar10", "svhn"] as const).map((policy, i) => drawn(i + 2, policy, augmentations.autoAugment({ policy }) as augmentations.Augmentation))],
  ["randAugment, level 9", several("two", () => augmentations.randAugment())],
  ["randAugment, level 20", several("two", () => augmentations.randAugment({ magnitude: 20 }))],
  ["trivialAugment", several("one", () => augmentations.trivialAugment())],
  ["simclrView", [11, 12, 13, 14, 15].map((seed) => drawn(seed, "view", augmentations.simclrView({ imageSize: side, colorStrength: 0.5 }) as augmentations.Augmentation))],
  ["multiCrop", [0, 1, 2, 3, 4].map((i) => {
    const views = augmentations.multiCrop({ globalCrops: 2, localCrops: 3, globalSize: side, localSize: 40 });
    return drawn(i + 21, i < 2 ? "global" : "local", views[i] as augmentations.Augmentation);
  })],
  ["mixup, cutmix", [
    ["mixup 0.8", withAnother(augmentations.mixup()), { lambda: [0.8, 1] }],
    ["mixup 0.5", withAnother(augmentations.mixup()), { lambda: [0.5, 1] }],
    ["mixup 0.2", withAnother(augmentations.mixup()), { lambda: [0.2, 1] }],
    ["cutmix 0.75", withAnother(augmentations.cutmix()), { y: [40, 0], x: [20, 0], height: [48, 0], width: [48, 0] }],
    ["cutmix 0.5", withAnother(augmentations.cutmix()), { y: [0, 0], x: [0, 0], height: [68, 0], width: [68, 0] }],
  ]],
]; // biome-ignore format: a row a member

async function pixelsOf(svg: string): Promise<tf.Tensor4D> {
  const { data } = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return tf.div<tf.Tensor4D>(tf.tensor4d(new Uint8Array(data), [1, side, side, 3], "float32"), 255);
}

function png(image: tf.Tensor4D): Promise<Buffer> {
  const [, height, width] = image.shape;
  const bytes = Uint8Array.from(tf.round(tf.mul(image, 255)).dataSync());
  return sharp(bytes, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

function text(x: number, y: number, size: number, words: string, weight = 400): string {
  return `<text x="${x}" y="${y}" font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="${size}" font-weight="${weight}" fill="#222">${words}</text>`;
}

const image = await pixelsOf(scene);
const columns = 6;
const rowHeight = side + caption + gap;
const width = labelWidth + columns * (side + gap);
const height = titleHeight + rows.length * rowHeight;
const layers: OverlayOptions[] = [];
const words: string[] = [];
for (const [i, [label, cells]] of rows.entries()) {
  const top = titleHeight + i * rowHeight;
  words.push(text(gap, top + side / 2 + 4, 12, label, 700));
  const all: Cell[] = [["as it is", augmentations.horizontalFlip(), {}], ...cells];
  for (const [j, [name, augmentation, parameters]] of all.entries()) {
    const changed = j === 0 ? image : (augmentation as augmentations.Augmentation).apply(image, parameters as never);
    const left = labelWidth + j * (side + gap);
    const small = Math.floor((side - changed.shape[1]) / 2);
    layers.push({ input: await png(changed), left: left + small, top: top + small });
    words.push(text(left, top + side + 11, 9.5, name));
  }
}
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${words.join("")}</svg>`;
const path = fileURLToPath(new URL("../docs/gallery.png", import.meta.url));
await sharp({ create: { width, height, channels: 3, background: "#ffffff" } })
  .composite([...layers, { input: Buffer.from(svg), left: 0, top: 0 }])
  .png({ palette: true, quality: 90, effort: 10 })
  .toFile(`${path}.new`);
await rename(`${path}.new`, path);
console.log(path);
