import protobuf from "protobufjs/minimal.js";
import { assertSettings, type Settings } from "./settings.js";

/**
 * The settings as TensorFlow's `ConfigProto`, serialized.
 *
 * @throws SIMCLR_ERROR__RUNTIME__SETTING_UNKNOWN
 * @throws SIMCLR_ERROR__RUNTIME__SETTING_INVALID
 * @see tensorflow/core/protobuf/config.proto @ v2.21.0, for the numbers of the fields
 */
export function configProto(settings: Settings): Uint8Array {
  assertSettings(settings);
  const { device, intraOpThreads, interOpThreads, xlaAutoClustering } = settings;
  const config = protobuf.Writer.create();
  // map<string, int32> device_count = 1
  if (device === "cpu")
    embed(config, 1, (entry) => entry.uint32(tag(1, bytes)).string("GPU").uint32(tag(2, varint)).int32(0));
  if (intraOpThreads !== undefined) config.uint32(tag(2, varint)).int32(intraOpThreads);
  if (interOpThreads !== undefined) config.uint32(tag(5, varint)).int32(interOpThreads);
  embed(config, 6, (options) => writeGpuOptions(options, settings));
  if (xlaAutoClustering !== undefined) {
    // graph_options = 10, optimizer_options = 3, global_jit_level = 5: ON_1 is 1, OFF is -1
    embed(config, 10, (graph) =>
      embed(graph, 3, (optimizer) => optimizer.uint32(tag(5, varint)).int32(xlaAutoClustering ? 1 : -1)),
    );
  }
  return config.finish();
}

function writeGpuOptions(options: protobuf.Writer, settings: Settings): void {
  const { gpuMemoryGrowth, gpuMemoryLimitFraction, gpuMemoryLimitBytes, visibleDevices } = settings;
  if (gpuMemoryLimitFraction !== undefined) options.uint32(tag(1, fixed64)).double(gpuMemoryLimitFraction);
  if (gpuMemoryGrowth) options.uint32(tag(4, varint)).bool(true);
  if (visibleDevices !== undefined) options.uint32(tag(5, bytes)).string(visibleDevices.join());
  if (gpuMemoryLimitBytes === undefined) return;
  // experimental = 9, virtual_devices = 1, repeated float memory_limit_mb = 1: one virtual device on each visible one
  embed(options, 9, (experimental) => {
    for (const _ of visibleDevices ?? [0]) {
      embed(experimental, 1, (virtual) => embed(virtual, 1, (limits) => limits.float(gpuMemoryLimitBytes / 2 ** 20)));
    }
  });
}

const varint = 0;
const fixed64 = 1;
const bytes = 2;

function tag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

/** Writes a message as a field, unless it is empty. */
function embed(writer: protobuf.Writer, field: number, write: (inner: protobuf.Writer) => void): void {
  const inner = protobuf.Writer.create();
  write(inner);
  const message = inner.finish();
  if (message.length > 0) writer.uint32(tag(field, bytes)).bytes(message);
}
