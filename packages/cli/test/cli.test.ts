import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readMetrics, readSafetensors } from "@simclr/training";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";

const entry = fileURLToPath(new URL("../bin/simclr.js", import.meta.url));
const shards = fileURLToPath(new URL("../../data/src/fixtures", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "simclr-cli-"));
/** A network that compiles in seconds. */
const tiny = ["xla=false", "imageSize=16", "backbone.width=0.05", "backbone.stem=cifar", "head.outputSize=8", "batchSize=8", "optimizer.warmupEpochs=0", "evaluation.linearEpochs=5", "epochs=10", "checkpoints.everyEpochs=5"].flatMap((assignment) => ["--set", assignment]); // biome-ignore format: one line

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...args: string[]): { process: ChildProcess; finished: Promise<Finished>; stderr: () => string } {
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, NODE_OPTIONS: "", npm_command: undefined };
  const child = spawn(process.execPath, [entry, ...args], { cwd: scratch, env });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += chunk));
  child.stderr.on("data", (chunk) => (output.stderr += chunk));
  const finished = new Promise<Finished>((resolve) => child.on("close", (code) => resolve({ code, ...output })));
  return { process: child, finished, stderr: () => output.stderr };
}

const simclr = (...args: string[]) => start(...args).finished;

/** Photos of two kinds, and one file that is none. */
async function makePhotos(folder: string, perClass: number): Promise<void> {
  for (const [label, color] of Object.entries({ cats: "orange", dogs: "steelblue" })) {
    mkdirSync(join(folder, label), { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const stripe = await sharp({ create: { width: 24, height: 4 + i, channels: 3, background: "white" } })
        .png()
        .toBuffer();
      const photo = sharp({ create: { width: 24, height: 20 + i, channels: 3, background: color } });
      await photo
        .composite([{ input: stripe, left: 0, top: i }])
        .jpeg()
        .toFile(join(folder, label, `${i}.jpg`));
    }
  }
}

beforeAll(async () => {
  await makePhotos(join(scratch, "photos"), 10);
  writeFileSync(join(scratch, "photos", "cats", "5b.jpg"), "not a JPEG at all");
  for (const folder of ["broken", "mixed", "tables", "tars"]) mkdirSync(join(scratch, folder));
  writeFileSync(
    join(scratch, "broken", "train-000.tar"),
    readFileSync(join(shards, "train-000.tar")).subarray(0, 1500),
  );
  for (const name of ["a.parquet", "b.tar"]) writeFileSync(join(scratch, "mixed", name), "");
  for (const part of [0, 1]) {
    const copy = join(scratch, "tables", `${part === 0 ? "train" : "validation"}-00000-of-00001.parquet`);
    copyFileSync(join(shards, `train-0000${part}-of-00002.parquet`), copy);
    copyFileSync(
      join(shards, `train-00${part}.tar`),
      join(scratch, "tars", `${part === 0 ? "train" : "test"}-000.tar`),
    );
  }
});

describe("help and usage errors", () => {
  test("a reader that stops reading is no error", async () => {
    const { process: child, finished } = start("recipes", "--keys");
    child.stdout?.destroy();
    expect(await finished).toMatchObject({ code: 0, stderr: "" });
  });

  test("help names every command, and every command has examples", async () => {
    const { code, stdout } = await simclr("--help");
    expect(code).toBe(0);
    for (const command of [
      "pretrain",
      "evaluate",
      "transfer",
      "report",
      "embed",
      "import",
      "export",
      "download",
      "recipes",
      "describe",
      "doctor",
    ]) {
      expect(stdout).toContain(`\n  ${command}`);
      const help = await simclr(command, "--help");
      expect(help.code, command).toBe(0);
      expect(help.stdout, command).toMatch(/Examples:/);
    }
  });

  test.each([
    [["pretrian", "digits"], /unknown command 'pretrian'[\s\S]*Did you mean pretrain\?/],
    [["pretrain", "./fotos"], /Did you mean .*photos\?[\s\S]*SIMCLR_ERROR__DATA__PATH_MISSING/],
    [["pretrain"], /simclr pretrain digits[\s\S]*SIMCLR_ERROR__CLI__INVALID_OPTION/],
    [
      ["pretrain", "digts"],
      /expected digits, cifar10.* or a path that exists; received digts\. Did you mean "digits"\?/,
    ],
    [["pretrain", "photos", "--epochs", "3"], /simclr pretrain --help shows how[\s\S]*--set epochs=<value>/],
    [["pretrain", "photos", "--set", "epochs=2"], /received 5\. For few epochs .*--set optimizer\.warmupEpochs=0/],
    [
      ["evaluate", "photos", "--image-size", "3"],
      /unknown option '--image-size'\n\(simclr evaluate --help shows how\)\n$/,
    ],
    [["pretrain", "photos", "--recipe", "photo"], /Did you mean "photos"\?/],
    [["pretrain", "photos", "--set", "epoch=3"], /Did you mean "epochs"\?/],
    [["pretrain", "photos", "--set", "epochs=x"], /expected epochs to be a whole number of at least 1; received "x"/],
    [["pretrain", "photos", "--set", "batchSize=64"], /expected at least 64 images[\s\S]*--set batchSize=4/],
    [["pretrain", "cifar10"], /expected CIFAR-10 in one of \.\/cifar10/],
    [["pretrain", "stl10"], /expected stl10 in one of \.\/stl10[\s\S]*simclr download stl10/],
    [["pretrain", "broken"], /expected .*train-000\.tar to have .*; received .*ends early/],
    [["pretrain", "mixed"], /expected shards of one kind in .*mixed; received a\.parquet, b\.tar/],
    [["download", "imagenet"], /expected one of cifar10, cifar100, stl10, tiny-imagenet; received imagenet/],
    [["pretrain", "--resume"], /expected --run/],
    [["evaluate", "nowhere"], /nothing there[\s\S]*SIMCLR_ERROR__CLI__RUN_NOT_FOUND/],
    [["evaluate", "nowhere", "--protocol", "knn"], /nothing there[\s\S]*SIMCLR_ERROR__CLI__RUN_NOT_FOUND/],
    [
      ["evaluate", "nowhere", "--k", "many"],
      /expected a number; received many[\s\S]*SIMCLR_ERROR__CLI__INVALID_OPTION/,
    ],
    [["report", "nowhere"], /nothing there[\s\S]*SIMCLR_ERROR__CLI__RUN_NOT_FOUND/],
    [["report"], /expected the folder of a run, or of several; received no run\. For example: simclr report runs\/\*/],
    [["report", "nowhere", "--map", "tsne"], /Allowed choices are umap, none/],
    [["report", "nowhere", "--output", "photos"], /received the folder photos/],
    [
      ["import", "nowhere.pt", "digits"],
      /one encoder's file or checkpoint[\s\S]*SIMCLR_ERROR__WEIGHTS__UNKNOWN_FORMAT/,
    ],
    [["export", "nowhere"], /nothing there[\s\S]*SIMCLR_ERROR__CLI__RUN_NOT_FOUND/],
    [["embed", "nowhere", "photos", "--output", "a.csv"], /a \.safetensors, \.npy or \.json file; received a\.csv/],
  ])("%j exits with 2 and says what to do", async (args, message) => {
    const { code, stderr } = await simclr(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(2);
  });

  test("one image is too few, and it says so before anything else happens", async () => {
    mkdirSync(join(scratch, "lonely"));
    await sharp({ create: { width: 9, height: 9, channels: 3, background: "red" } }).png().toFile(join(scratch, "lonely", "a.png")); // biome-ignore format: one line
    const { code, stderr } = await simclr("pretrain", "lonely");
    expect(code).toBe(2);
    expect(stderr).toMatch(/received one image\. SimCLR compares an image with others/);
    expect(existsSync(join(scratch, "runs"))).toBe(false);
  });

  test("doctor says what there is", async () => {
    const { isHealthy, checks } = JSON.parse((await simclr("doctor", "--json")).stdout);
    expect({ isHealthy, names: checks.map(({ name }: { name: string }) => name).length > 5 }).toEqual({
      isHealthy: true,
      names: true,
    });
    expect((await simclr("doctor")).stdout).toMatch(/Node[\s\S]*All is well\./);
  });

  test("recipes lists, prints what pretrain can read, and explains every setting", async () => {
    expect((await simclr("recipes")).stdout).toMatch(/^digits +\S[\s\S]*cifar10-resnet18/);
    const printed = JSON.parse((await simclr("recipes", "photos")).stdout);
    expect(printed).toMatchObject({ imageSize: 96, batchSize: "auto", optimizer: { kind: "sgd" } });
    expect((await simclr("recipes", "--keys")).stdout).toContain(
      'optimizer.learningRateScaling\n    none; linear: times batchSize / 256; squareRoot: times its square root (paper, appendix B.1)\n    one of "none", "linear", "squareRoot"; default "linear"',
    );
  });
});

describe("describe", () => {
  test("says what a recipe would need, as text and as JSON", async () => {
    const asked = ["describe", "photos", "--set", "backbone.selectiveKernels=0.0625", "--set", "backbone.depth=50", "--set", "backbone.width=1"]; // biome-ignore format: one line
    const { stdout } = await simclr(...asked);
    expect(stdout).toMatch(/^Encoder {3}ResNet-50 SK on 96 x 96 pixels: 35,215,584 parameters, 2,048 features\nHead/);
    expect(stdout).toMatch(/a step of at most 256 images[\s\S]*--set backbone\.recompute=blocks: activations \d/);
    const { encoder, bytes } = JSON.parse((await simclr(...asked, "--json")).stdout);
    expect([encoder.parameters, bytes.activations]).toEqual([35_215_584, encoder.activationBytes]);
  });

  test("a vision transformer on images of another size is refused before anything else happens", async () => {
    const { code, stderr } = await simclr("pretrain", "digits", "--set", "backbone.kind=vit", "--set", "imageSize=32");
    expect(stderr).toMatch(/imageSize to be the images' own size, 28 x 28[\s\S]*INVALID_RECIPE_VALUE/);
    expect(code).toBe(2);
  });
});

describe("a run, from images to vectors", () => {
  const run = join(scratch, "run");

  test("Ctrl-C saves, and the run goes on to the numbers of one that was not stopped", async () => {
    const whole = simclr("pretrain", "photos", "--run", join(scratch, "whole"), ...tiny);
    const stopped = start("pretrain", "photos", "--run", run, ...tiny);
    await until(() => existsSync(join(run, "metrics.jsonl")));
    stopped.process.kill("SIGINT");
    const first = await stopped.finished;
    expect(first.stderr).toContain("Ctrl-C again stops at once");
    expect(first.stderr).toContain("Go on with: simclr pretrain --run run --resume");
    expect(first.code).toBe(130);
    const before = await readMetrics(run);
    expect(before.length).toBeLessThan(20);

    const second = await simclr("pretrain", "--run", run, "--resume");
    expect(second.stderr).toContain("Going on after step");
    expect({ code: second.code, whole: (await whole).code }).toEqual({ code: 0, whole: 0 });
    // Everything but the speed.
    const train = (lines: Awaited<ReturnType<typeof readMetrics>>) =>
      lines.filter(({ kind }) => kind === "train").map(({ imagesPerSecond: _, ...measured }) => measured);
    const resumed = train(await readMetrics(run));
    expect(resumed.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(resumed).toEqual(train(await readMetrics(join(scratch, "whole"))));
    expect(second.stdout).toMatch(/SimCLR encoder[\s\S]*the same, untrained[\s\S]*raw pixels/);
  });

  test("the report has accuracies, the corrupt file was named, the recipe is kept", async () => {
    const report = JSON.parse(readFileSync(join(run, "report", "report.json"), "utf8"));
    // Colours tell the two kinds of photos apart: raw pixels do it, and so must anything that learned.
    expect(report.accuracies).toMatchObject({ classCount: 2, testCount: 4, bankCount: 17, neighbours: 17 });
    expect(report.accuracies.encoders.map(({ encoder }: { encoder: string }) => encoder)).toEqual([
      "trained",
      "untrained",
      "pixels",
    ]);
    expect(report.accuracies).toMatchObject({
      classNames: ["cats", "dogs"],
      confusion: { protocol: "linear-features" },
    });
    for (const { knn, linear, knnInterval, linearInterval } of report.accuracies.encoders) {
      expect(knnInterval[0] <= knn && knn <= knnInterval[1] && linearInterval[0] <= linear).toBe(true);
      for (const accuracy of [knn, linear]) expect([0, 0.25, 0.5, 0.75, 1]).toContain(accuracy);
    }
    expect(report.training).toMatchObject({ steps: 20, epochs: 10, exampleCount: 17 });
    expect(readdirSync(join(run, "report")).sort()).toEqual([
      "index.html",
      "loss.png",
      "loss.svg",
      "neighbours.png",
      "pictures.json",
      "report.json",
    ]);
    const { recipe } = JSON.parse(readFileSync(join(run, "config.json"), "utf8"));
    expect(recipe).toMatchObject({ data: join(scratch, "photos"), recipe: { batchSize: 8, imageSize: 16 } });
  });

  test("report writes the page again, makes what is missing, and compares runs", async () => {
    const page = join(run, "report", "index.html");
    const written = readFileSync(page, "utf8");
    expect((await simclr("report", run)).stdout).toBe("Report  run/report/index.html\n");
    expect(readFileSync(page, "utf8")).toBe(written);
    const pictures = join(run, "report", "pictures.json");
    const described = readFileSync(pictures, "utf8");
    rmSync(pictures);
    const again = await simclr("report", run);
    expect(again.stderr).toMatch(/Embedding 21 of 21/);
    expect(readFileSync(pictures, "utf8")).toBe(described);
    expect(readFileSync(page, "utf8")).toBe(written);
    const both = await simclr("report", run, "whole", "--output", "both/page.html", "--title", "Two runs");
    expect({ code: both.code, stdout: both.stdout }).toEqual({ code: 0, stdout: "Report  both/page.html\n" });
    expect(readFileSync(join(scratch, "both", "page.html"), "utf8")).toMatch(/<h1>Two runs<\/h1>[\s\S]*>whole<\/td>/);
  });

  test("evaluate measures the same again, one protocol alone", async () => {
    const before = JSON.parse(readFileSync(join(run, "report", "report.json"), "utf8"));
    const { code, stdout } = await simclr("evaluate", run, "--protocol", "knn");
    expect(code).toBe(0);
    expect(stdout).toMatch(/kNN +│ SimCLR encoder +│ top1 +│ +\d+\.\d% │ +[\d.]+–[\d.]+ │ +\d+ s/);
    expect(stdout).not.toMatch(/linear/i);
    const after = JSON.parse(readFileSync(join(run, "report", "report.json"), "utf8"));
    const knn = ({ accuracies }: typeof before) => accuracies.encoders.map(({ knn }: { knn: number }) => knn);
    expect(knn(after)).toEqual(knn(before));
  });

  test("evaluate runs protocols on features and on images, one file each, and Ctrl-C keeps what is finished", async () => {
    const evaluations = () => readdirSync(join(scratch, "whole", "evaluations"));
    const asked = ["evaluate", "whole", "--protocol", "knn,linear-features,logistic-regression,fine-tune,supervised", "--label-fraction", "0.5,1", "--encoders", "trained,untrained"]; // biome-ignore format: one line
    rmSync(join(scratch, "whole", "evaluations"), { recursive: true });
    const stopped = start(...asked, "--epochs", "100000");
    await until(() => existsSync(join(scratch, "whole", "evaluations")) && evaluations().length === 6);
    stopped.process.kill("SIGINT");
    const { code, stderr, stdout } = await stopped.finished;
    expect({ code, evaluations: evaluations().length }).toEqual({ code: 130, evaluations: 6 });
    expect(stderr).toMatch(/Stopping; what is finished is kept/);
    expect(stdout).toMatch(/Logistic regression +│ the same, untrained/);

    const misspelt = await simclr("evaluate", "whole", "--protocol", "knn,fine-tun");
    expect(misspelt.code).toBe(2);
    expect(misspelt.stderr).toMatch(/Did you mean "fine-tune"\?[\s\S]*SIMCLR_ERROR__CLI__UNKNOWN_PROTOCOL/);
    const whole = await simclr(...asked, "--epochs", "1", "--mix", "mixup,cutmix", "--mixup-alpha", "0.3", "--mix-probability", "0.5"); // biome-ignore format: one line
    expect(whole.code).toBe(0);
    const baseline = readFileSync(
      join(scratch, "whole", "evaluations", "supervised-1-mixup-cutmix-untrained.json"),
      "utf8",
    );
    const mixing = { mix: ["mixup", "cutmix"], mixupAlpha: 0.3, cutmixAlpha: 1, mixProbability: 0.5 };
    expect(JSON.parse(baseline).settings).toMatchObject(mixing);
    for (const row of [
      /Fine-tuned, 50% of labels +│ SimCLR encoder/,
      /Supervised with mixup and cutmix, 100% of labels +│ the same, untrained/,
    ]) {
      expect(whole.stdout).toMatch(row);
    }
    const networks = ["fine-tune-0.5-trained", "fine-tune-1-trained", "supervised-0.5-mixup-cutmix-untrained", "supervised-1-mixup-cutmix-untrained"]; // biome-ignore format: one line
    expect(evaluations().filter((name) => /^(fine|super)/.test(name)).sort()).toEqual(networks.map((name) => `${name}.json`)); // biome-ignore format: one line
    const page = readFileSync(join(scratch, "whole", "report", "index.html"), "utf8");
    expect(page).toMatch(/Fine-tuned, 50% of labels[\s\S]*Supervised with mixup and cutmix, 100% of labels/);
  });

  test("embed leaves the corrupt file out and gives the others one vector each, in every format", async () => {
    const outputs = ["a.safetensors", "a.npy", "a.json"];
    const finished = await Promise.all(outputs.map((output) => simclr("embed", run, "photos", "--output", output)));
    for (const { code, stdout, stderr } of finished) {
      expect(stderr).toMatch(/cats\/5b\.jpg/);
      expect(stdout).toMatch(/20 images, \d+ numbers each; 1 could not be decoded and are left out/);
      expect(code).toBe(0);
    }
    const { tensors, metadata } = await readSafetensors(join(scratch, "a.safetensors"));
    const features = tensors.get("features");
    const paths: string[] = JSON.parse(metadata.paths as string);
    expect(paths).not.toContain("cats/5b.jpg");
    expect(Array.from(tensors.get("labels")?.values ?? [])).toEqual(
      paths.map((path) => (path.startsWith("cats") ? 0 : 1)),
    );
    const records = JSON.parse(readFileSync(join(scratch, "a.json"), "utf8"));
    expect(records.map(({ path }: { path: string }) => path)).toEqual(paths);
    expect(records.flatMap(({ features }: { features: number[] }) => features)).toEqual(
      Array.from(features?.values ?? []),
    );
    expect(new Set(features?.values).size).toBeGreaterThan(20);
    const npy = readFileSync(join(scratch, "a.npy"));
    const headerEnd = 10 + npy.readUInt16LE(8);
    expect(headerEnd % 64).toBe(0);
    expect(npy.subarray(10, headerEnd).toString()).toContain(`'shape': (20, ${features?.shape[1]})`);
    const values = new Float32Array(Uint8Array.from(npy.subarray(headerEnd)).buffer);
    expect(values).toEqual(features?.values);
  });

  test("embed takes a dataset with parts, and names images within shards", async () => {
    mkdirSync(join(scratch, "of-parts"));
    copyFileSync(join(shards, "train-00000-of-00002.arrow"), join(scratch, "of-parts", "train.arrow"));
    copyFileSync(join(shards, "train-00001-of-00002.parquet"), join(scratch, "one.parquet"));
    copyFileSync(join(shards, "train-00001-of-00002.arrow"), join(scratch, "of-parts", "test.arrow"));
    const embed = async (...args: string[]) => {
      const { code, stdout } = await simclr("embed", run, ...args, "--output", "parts.json");
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^parts\.json: \d+ images/) });
      return JSON.parse(readFileSync(join(scratch, "parts.json"), "utf8")) as { path: string; label?: string; features: number[] }[]; // biome-ignore format: one line
    };
    const both = await embed("of-parts");
    expect(both.map(({ path }) => path)).toEqual(["train", "test"].flatMap((part) => [0, 1, 2, 3, 4, 5].map((row) => `${part}.arrow, row ${row}`))); // biome-ignore format: one line
    expect(both.map(({ label }) => label).slice(0, 3)).toEqual(["cat", "emu", "dog"]);
    expect(await embed("of-parts", "--part", "test")).toEqual(both.slice(6));
    const table = await embed("one.parquet");
    expect(table.map(({ features }) => features)).toEqual(both.slice(6).map(({ features }) => features));
    expect(table[5]?.path).toBe("one.parquet, row 5");
    const refused = await simclr("embed", run, "one.parquet", "--part", "test");
    expect(refused.stderr).toMatch(/a part of .*one\.parquet: train; received test/);
    expect(refused.code).toBe(2);
  });

  test("a run's folder is not used twice", async () => {
    const { code, stderr } = await simclr("pretrain", "photos", "--run", run, ...tiny);
    expect(code).toBe(2);
    expect(stderr).toMatch(/simclr pretrain --run run --resume/);
  });
});

describe("data in other forms", () => {
  test("a folder of tables is trained on and measured, and other shards are measured on", async () => {
    const trained = await simclr("pretrain", "tables", "--run", "of-tables", ...tiny, "--set", "epochs=2", "--set", "batchSize=4"); // biome-ignore format: one line
    expect(trained.stderr).toMatch(/Images {4}6 of 16 x 16, 3 classes, 6 held out to test with/);
    expect(trained.stdout).toMatch(/SimCLR encoder/);
    expect(trained.code).toBe(0);
    const { code, stdout } = await simclr("evaluate", "of-tables", "--protocol", "knn", "--data", "tars");
    expect({ code, isMeasured: /kNN +│ SimCLR encoder/.test(stdout) }).toEqual({ code: 0, isMeasured: true });
    expect(readdirSync(join(scratch, "of-tables", "evaluations"))).toContain("knn-trained-on-tars.json");
  });

  test("download shows how far it is, keeps what has arrived on Ctrl-C, and goes on", async () => {
    const archive = Buffer.from(zipOfAnnotations, "base64");
    const ranges: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
      response.writeHead(start > 0 ? 206 : 200, { "content-length": archive.length - start });
      // The first time the rest never comes.
      if (ranges.push(request.headers.range) === 1) response.write(archive.subarray(0, 100));
      else response.end(archive.subarray(start));
    }).listen(0, "127.0.0.1");
    await new Promise((ready) => server.once("listening", ready));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tiny-imagenet-200.zip`;
    const sha256 = createHash("sha256").update(archive).digest("hex");
    const asked = ["download", "tiny-imagenet", "--url", url, "--sha256", sha256];
    const part = join(scratch, "data", "tiny-imagenet-200.zip.part");
    const stopped = start(...asked);
    await until(() => existsSync(part) && statSync(part).size === 100);
    stopped.process.kill("SIGINT");
    const first = await stopped.finished;
    expect({ code: first.code, isSaid: /the same command goes on/.test(first.stderr) }).toEqual({
      code: 130,
      isSaid: true,
    });
    const { code, stdout, stderr } = await simclr(...asked);
    server.closeAllConnections();
    server.close();
    expect(stdout).toBe("Images  data/tiny-imagenet-200\nNext    simclr pretrain tiny-imagenet\n");
    expect(stderr).toContain("Downloading, MB: 0 of 0");
    expect({ code, ranges }).toEqual({ code: 0, ranges: [undefined, "bytes=100-"] });
    const other = await simclr("download", "cifar10", "--to", "elsewhere", "--url", "http://nowhere.invalid/a.tar.gz");
    expect(other.stderr).toMatch(/no network, or no such host[\s\S]*put it at .*elsewhere\/cifar-10-binary\.tar\.gz/);
    expect(other.code).toBe(1);
  });
});

// A folder and its file wnids.txt of two lines, by Python's zipfile.
const zipOfAnnotations =
  "UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAASAAAAdGlueS1pbWFnZW5ldC0yMDAvUEsDBBQAAAAAAAAAIQDU3IF/CAAAAAgAAAAbAAAAdGlueS1pbWFnZW5ldC0yMDAvd25pZHMudHh0bjAxCm4wMgpQSwECFAMUAAAAAAAAACEAAAAAAAAAAAAAAAAAEgAAAAAAAAAAAAAAgAEAAAAAdGlueS1pbWFnZW5ldC0yMDAvUEsBAhQDFAAAAAAAAAAhANTcgX8IAAAACAAAABsAAAAAAAAAAAAAAIABMAAAAHRpbnktaW1hZ2VuZXQtMjAwL3duaWRzLnR4dFBLBQYAAAAAAgACAIkAAABxAAAAAAA=";

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
