/** How much of a machine's hardware an installation can use. */
export type TensorFlowKind = "cpu" | "cuda";

/** A wheel on the Python package index, fixed by its hash. */
export interface LockedWheel {
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  /** The platform tag that pip is asked for, so that neither the Python's own version nor its platform matters. */
  readonly platformTag: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Which of its files are kept. */
  readonly keep: RegExp;
}

/** What TensorFlow consists of on one kind of machine. */
export interface LockedTensorFlow {
  readonly version: string;
  readonly kind: TensorFlowKind;
  readonly wheels: readonly LockedWheel[];
  /** What the kept files take on disk, in bytes. */
  readonly unpackedBytes: number;
  /** The two libraries, relative to the directory that the wheels are unpacked into. */
  readonly libraries: { readonly framework: string; readonly c: string };
}

const version = "2.21.0";
const licences = String.raw`[^/]+\.dist-info/(licenses/)?(LICEN[CS]E|License|NOTICE)[^/]*`;
const tensorflowFiles = new RegExp(
  String.raw`^(tensorflow/libtensorflow_(cc|framework)\.[^/]+|tensorflow/THIRD_PARTY_NOTICES\.txt|${licences})$`,
);
// The layout is kept: TensorFlow's libraries look for CUDA's in $ORIGIN/../nvidia/*/lib, XLA for ptxas and libdevice in
// ../nvidia/cuda_nvcc.
const nvidiaFiles = new RegExp(
  String.raw`^(nvidia/[^/]+/(lib|nvvm/lib64)/[^/]+\.so[.\d]*|nvidia/cuda_nvcc/(bin/ptxas|nvvm/libdevice/.+)|${licences})$`,
);

function tensorflow(name: string, platformTag: string, bytes: number, sha256: string): LockedWheel {
  const fileName = `${name.replaceAll("-", "_")}-${version}-cp311-cp311-${platformTag}.whl`;
  return { name, version, fileName, platformTag, sha256, bytes, keep: tensorflowFiles };
}

function nvidia(part: string, wheelVersion: string, tags: string, bytes: number, sha256: string): LockedWheel {
  const fileName = `nvidia_${part}_cu12-${wheelVersion}-py3-none-${tags}.whl`;
  const name = `nvidia-${part.replaceAll("_", "-")}-cu12`;
  const platformTag = tags.split(".").at(-1) as string;
  return { name, version: wheelVersion, fileName, platformTag, sha256, bytes, keep: nvidiaFiles };
}

const linuxLibraries = {
  framework: "tensorflow/libtensorflow_framework.so.2",
  c: "tensorflow/libtensorflow_cc.so.2",
};

export const linuxCpu: LockedTensorFlow = {
  version,
  kind: "cpu",
  unpackedBytes: 853_775_914,
  libraries: linuxLibraries,
  wheels: [
    tensorflow(
      "tensorflow-cpu",
      "manylinux_2_27_x86_64",
      273_829_956,
      "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    ),
  ],
};

const tagsOf2014 = "manylinux2014_x86_64.manylinux_2_17_x86_64";
const tagsOf2010 = "manylinux2010_x86_64.manylinux_2_12_x86_64";

/**
 * The wheels that `tensorflow[and-cuda]` names. CUDA is the newest 12, for the newest GPUs; cuDNN is 9.10, the last
 * one for Pascal and Volta; NCCL is the oldest that TensorFlow accepts.
 */
export const linuxCuda: LockedTensorFlow = {
  version,
  kind: "cuda",
  unpackedBytes: 5_506_012_547,
  libraries: linuxLibraries,
  wheels: [
    tensorflow(
      "tensorflow",
      "manylinux_2_27_x86_64",
      572_440_367,
      "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124",
    ),
    nvidia(
      "cublas",
      "12.9.3.13",
      "manylinux_2_27_x86_64",
      581_217_458,
      "d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72",
    ),
    nvidia(
      "cuda_cupti",
      "12.9.79",
      "manylinux_2_25_x86_64",
      10_814_997,
      "096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f",
    ),
    nvidia(
      "cuda_nvcc",
      "12.9.86",
      tagsOf2010,
      40_546_229,
      "5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0",
    ),
    nvidia(
      "cuda_nvrtc",
      "12.9.86",
      tagsOf2010,
      89_568_129,
      "210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4",
    ),
    nvidia(
      "cuda_runtime",
      "12.9.79",
      tagsOf2014,
      3_493_179,
      "25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3",
    ),
    nvidia(
      "cudnn",
      "9.10.2.21",
      "manylinux_2_27_x86_64",
      706_758_467,
      "949452be657fa16687d0930933f032835951ef0892b37d2d53824d1a84dc97a8",
    ),
    nvidia(
      "cufft",
      "11.4.1.4",
      tagsOf2014,
      200_877_592,
      "c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28",
    ),
    nvidia(
      "curand",
      "10.3.10.19",
      "manylinux_2_27_x86_64",
      68_295_626,
      "49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e",
    ),
    nvidia(
      "cusolver",
      "11.7.5.82",
      "manylinux_2_27_x86_64",
      338_117_415,
      "15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88",
    ),
    nvidia(
      "cusparse",
      "12.5.10.65",
      tagsOf2014,
      366_465_088,
      "73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78",
    ),
    nvidia(
      "nccl",
      "2.27.7",
      tagsOf2014,
      322_546_339,
      "de5ba5562f08029a19cb1cd659404b18411ed0d6c90ac5f52f30bf99ad5809aa",
    ),
    nvidia(
      "nvjitlink",
      "12.9.86",
      tagsOf2010,
      39_748_338,
      "e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9",
    ),
  ],
};

export const macosArm64: LockedTensorFlow = {
  version,
  kind: "cpu",
  unpackedBytes: 741_272_602,
  libraries: {
    framework: "tensorflow/libtensorflow_framework.2.dylib",
    c: "tensorflow/libtensorflow_cc.2.dylib",
  },
  wheels: [
    tensorflow(
      "tensorflow",
      "macosx_12_0_arm64",
      223_405_849,
      "51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88",
    ),
  ],
};
