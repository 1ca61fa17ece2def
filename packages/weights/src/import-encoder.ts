import { type ResnetOptions, type ResnetSpec, resnetShapes, resnetSpec } from "@simclr/backbones";
import type { HostTensor, ModelSpec, Parameters } from "@simclr/core";
import * as tf from "@tensorflow/tfjs-core";
import { type MisshapenTensor, simclrError, unknownArchitecture } from "./errors.js";
import { inferResnet } from "./infer-resnet.js";
import { fromTorchKernel } from "./kernel-layout.js";
import type { NamedFiles } from "./named-files.js";
import { type FoundTensor, fileShape, ownShape } from "./names/found-encoder.js";
import { type ImportFormat, type ReadEncoder, readEncoderFile } from "./read-encoder-file.js";

export interface ImportEncoderOptions {
  /** Default `"auto"`: told from the files' contents. */
  readonly format?: ImportFormat | "auto";
  /** PyTorch: what stands before the encoder's names, `"module.encoder_q."`. Default: found. */
  readonly prefix?: string;
  /** What the tensors do not tell, or tell wrong: `{ normalization: imagenetNormalization }`, `{ variant: "simclr" }`. */
  readonly spec?: Partial<ResnetOptions>;
}

/** An encoder from a file. */
export interface ImportedEncoder {
  /** Rebuilds the backbone: `resnet(spec)`. */
  readonly spec: ResnetSpec;
  /** Owned by the caller. */
  readonly params: Parameters;
  /** Batch statistics, owned by the caller. */
  readonly state: Parameters;
  readonly format: ImportFormat;
  /** The file's tensors that are no part of the encoder: classifiers, projection heads, an optimizer's. */
  readonly unused: readonly string[];
}

/**
 * An encoder from other people's files, or our own: state dicts of PyTorch (torchvision, lightly, solo-learn, VISSL, MoCo and whoever
 * has torchvision's names behind a prefix) as `.safetensors` or `torch.save` wrote them, checkpoints and SavedModels of
 * google-research/simclr in TensorFlow 1 and 2, checkpoints and exports of ours.
 *
 * The network is told from the tensors. A PyTorch network becomes `variant: "torchvision"`, whose outputs are equal to
 * torchvision's; it gets images as they are, so that one that was trained on normalized images needs `spec.normalization`.
 *
 * @param file one file's bytes, or several by name: a TensorFlow checkpoint is two; borrowed
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT
 * @throws SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED, SIMCLR_ERROR__CORE__SAFETENSORS_INVALID
 * @throws SIMCLR_ERROR__WEIGHTS__UNKNOWN_ARCHITECTURE
 * @throws SIMCLR_ERROR__WEIGHTS__AMBIGUOUS_PREFIX
 * @throws SIMCLR_ERROR__WEIGHTS__TENSORS_MISMATCH names what is missing, unexpected or of another shape
 * @example
 * ```ts
 * import { imagenetNormalization, resnet } from "@simclr/backbones";
 * import { randomKey } from "@simclr/core";
 * import { exportEncoder, importEncoder } from "@simclr/weights";
 * const { spec, init } = resnet({ depth: 18, width: 1 / 16, variant: "torchvision" });
 * const { files } = await exportEncoder({ spec, ...init(randomKey(0)) }, { format: "torchvision" });
 * const encoder = importEncoder(files, { spec: { normalization: imagenetNormalization } });
 * console.log(encoder.format, encoder.spec.depth, encoder.spec.variant); // safetensors 18 torchvision
 * ```
 */
export function importEncoder(file: Uint8Array | NamedFiles, options: ImportEncoderOptions = {}): ImportedEncoder {
  const files: NamedFiles = file instanceof Uint8Array ? { "the file": file } : file;
  const read = readEncoderFile(files, options.format ?? "auto", options.prefix);
  const spec = resnetSpec({ ...ownOptions(read), ...options.spec });
  const shapes = resnetShapes(spec);
  refuseMismatch(read, { ...shapes.params, ...shapes.state });
  const upload = (paths: object) =>
    Object.fromEntries(Object.keys(paths).map((path) => [path, asTensor(read.found.get(path) as FoundTensor)]));
  return {
    spec,
    params: upload(shapes.params),
    state: upload(shapes.state),
    format: read.format,
    unused: read.unused,
  };
}

function ownOptions(read: ReadEncoder): ResnetOptions {
  if (!read.spec) return inferResnet(read, read.format === "torch" || read.format === "safetensors");
  const spec: ModelSpec = read.spec;
  if (spec.kind === "resnet") return spec as unknown as ResnetOptions;
  throw unknownArchitecture(
    `they are of a backbone of kind ${JSON.stringify(spec.kind)}`,
    [...read.found.values()].map(({ name }) => name),
  );
}

function asTensor({ tensor, layout }: FoundTensor): tf.Tensor {
  const { values, shape }: HostTensor = layout === "OIHW" ? fromTorchKernel(tensor) : tensor;
  return tf.tensor(values, [...shape], "float32");
}

function refuseMismatch(read: ReadEncoder, shapes: Readonly<Record<string, readonly number[]>>): void {
  const missing = Object.keys(shapes).filter((path) => !read.found.has(path));
  const unexpected = [...read.unexpected];
  const misshapen: MisshapenTensor[] = [];
  for (const [path, found] of read.found) {
    const expected = shapes[path];
    if (!expected) unexpected.push(found.name);
    else if (ownShape(found).join() !== expected.join()) {
      misshapen.push({
        name: found.name,
        expected: fileShape(expected, found.layout),
        received: found.tensor.shape,
      });
    }
  }
  if (missing.length + unexpected.length + misshapen.length === 0) return;
  const first = (list: readonly string[], what: string) =>
    list.length === 0
      ? []
      : [`${list.length} ${what}: ${list.slice(0, 3).join(", ")}${list.length > 3 ? ", ..." : ""}`];
  const shown = misshapen.map(
    ({ name, expected, received }) => `${name} [${received.join(", ")}] where [${expected.join(", ")}] is needed`,
  );
  throw simclrError(
    "SIMCLR_ERROR__WEIGHTS__TENSORS_MISMATCH",
    { missing, unexpected, misshapen },
    {
      expected: `all ${Object.keys(shapes).length} tensors of the network and no others inside of it`,
      received: [
        ...first(missing, "missing"),
        ...first(unexpected, "unexpected"),
        ...first(shown, "of another shape"),
      ].join("; "),
      remedy: "It is another kind of network, or `spec` and `prefix` say something else than the file.",
    },
  );
}
