import type { Features } from "@simclr/evaluation";
import { Advice, adviceOf } from "./advice.js";
import { type UsableBackend, usableBackends, useBackend } from "./backends.js";
import { chosenFiles, droppedFiles } from "./dropped-files.js";
import { type EncoderSource, type LoadedEncoder, ownEncoder, servedEncoder } from "./encoder.js";
import { fillSelect, page, showError, showSkipped, showStatus } from "./page.js";
import { focusTile, markChosen, Pictures, showNeighbours, showPhotos } from "./photo-tiles.js";
import { readPhotos } from "./photos.js";
import { sampleFiles } from "./samples.js";
import { embedPhotos, similarTo } from "./similar.js";

const neighbourCount = 24;
const digits = servedEncoder("Digits", "./encoders/digits");
const sources: EncoderSource[] = [digits];
let backends: readonly UsableBackend[] = [];
let source: EncoderSource = digits;
let encoder: LoadedEncoder | undefined;
let files: readonly File[] | undefined;
/** What the person said, for encoders whose files do not say it. */
const saidSizes = new Map<EncoderSource, number>();
let shown: { readonly pictures: Pictures; readonly features: Features } | undefined;
let running = new AbortController();
let underWay: Promise<void> = Promise.resolve();

/**
 * One thing after another, in the order in which a person did them. What is begun last ends the embedding that is under way,
 * never a choice: an encoder that is dropped just before the backend changes is the one that the new backend runs.
 */
function run(work: (signal: AbortSignal) => Promise<void>): void {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  showError(undefined);
  underWay = underWay
    .then(() => work(signal))
    .catch((error) => {
      if (signal.aborted) return;
      showError(adviceOf(error));
      showStatus("");
    });
}

async function loadEncoder(): Promise<LoadedEncoder> {
  if (encoder) return encoder;
  showStatus(`Loading the encoder ${source.title}`);
  const loaded = await source.load();
  encoder = loaded;
  return loaded;
}

function forgetEncoder(): void {
  encoder?.dispose();
  encoder = undefined;
}

/** Reads, embeds and shows the files at hand. */
async function showFiles(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { encode, channels, imageSize: ownSize } = await loadEncoder();
  signal.throwIfAborted();
  const imageSize = ownSize ?? saidSizes.get(source);
  page.size.hidden = imageSize !== undefined;
  if (imageSize === undefined) {
    throw new Advice(
      `${source.title} does not say how large the images were that it learned from. Type their side in pixels below, or export it again with simclr export, which writes it down.`,
    );
  }
  if (!files) return showStatus(`${source.title} is ready. It sees ${imageSize} × ${imageSize} pixels.`);
  const read = { imageSize, channels, signal };
  const counted = (what: string) => (done: number, total: number) =>
    showStatus(`${what} ${done} of ${total}`, done / total);
  const photos = await readPhotos(files, { ...read, onProgress: counted("Reading image") });
  const began = performance.now();
  const features = await embedPhotos(encode, photos.dataset, { onProgress: counted("Embedding image"), signal });
  signal.throwIfAborted();
  const seconds = (performance.now() - began) / 1000;
  shown?.pictures.release();
  shown = { features, pictures: new Pictures(photos.files) };
  page.main.hidden = false;
  page.photosTitle.textContent = photos.files.length === 1 ? "One image" : `${photos.files.length} images`;
  page.hint.hidden = false;
  page.hint.textContent =
    photos.files.length > 1
      ? "Choose a photo: click it, or move with the arrow keys and press Enter."
      : "There is no other photo to compare it with. Add more to the folder.";
  page.chosen.hidden = true;
  page.neighbours.replaceChildren();
  showPhotos(page.photos, shown.pictures, (index) => void choose(index));
  showSkipped(photos.skipped);
  const { title } = backends[Number(page.backend.value)] as UsableBackend;
  showStatus(
    `${photos.files.length} images embedded in ${seconds.toFixed(1)} s on ${title}, ${features.size} numbers each.`,
  );
}

async function choose(index: number): Promise<void> {
  if (!shown) return;
  const { pictures, features } = shown;
  const similar = await similarTo(features, index, neighbourCount);
  markChosen(page.photos, index);
  page.hint.hidden = similar.length > 0;
  Object.assign(page.chosen, { hidden: false, src: pictures.urlOf(index), alt: pictures.nameOf(index) });
  showNeighbours(page.neighbours, pictures, similar, (next) => {
    focusTile(page.photos, next);
    void choose(next);
  });
}

function useSource(next: EncoderSource): void {
  if (!sources.includes(next)) sources.push(next);
  if (source !== next) forgetEncoder();
  source = next;
  fillSelect(page.encoder, sources.map(({ title }) => title), sources.indexOf(next)); // biome-ignore format: one line
}

/** What a person brought: an encoder, or images. */
const take = (brought: Promise<readonly File[]> | readonly File[]): void =>
  run(async (signal) => {
    const given = await brought;
    const own = ownEncoder(given);
    if (own) useSource(own);
    else files = given;
    await showFiles(signal);
  });

page.chooseFolder.addEventListener("click", () => page.folder.click());
page.chooseFiles.addEventListener("click", () => page.files.click());
for (const input of [page.folder, page.files]) {
  input.addEventListener("change", () => {
    const given = chosenFiles(input);
    input.value = ""; // so that the same folder can be chosen again
    take(given);
  });
}
page.samples.addEventListener("click", () => {
  run(async (signal) => {
    useSource(digits);
    files = await sampleFiles();
    await showFiles(signal);
  });
});
page.encoder.addEventListener("change", () => {
  const chosen = sources[Number(page.encoder.value)] as EncoderSource;
  run((signal) => {
    useSource(chosen);
    return showFiles(signal);
  });
});
page.backend.addEventListener("change", () => {
  const chosen = backends[Number(page.backend.value)] as UsableBackend;
  run(async (signal) => {
    forgetEncoder();
    await useBackend(chosen);
    await showFiles(signal);
  });
});
page.size.addEventListener("submit", (event) => {
  event.preventDefault();
  saidSizes.set(source, page.sizeInput.valueAsNumber);
  run(showFiles);
});
for (const kind of ["dragenter", "dragover", "dragleave", "drop"] as const) {
  window.addEventListener(kind, (event) => {
    event.preventDefault();
    page.drop.classList.toggle("over", kind === "dragenter" || kind === "dragover");
    if (kind === "drop" && event.dataTransfer) take(droppedFiles(event.dataTransfer));
  });
}

run(async (signal) => {
  showStatus("Looking for what this browser can compute with");
  useSource(digits);
  backends = await usableBackends();
  fillSelect(page.backend, backends.map(({ title }) => title), 0); // biome-ignore format: one line
  await useBackend(backends[0] as UsableBackend);
  await showFiles(signal);
});
