const side = 28;

/** The handwritten digits beside the page, each as an image file of its own: they come as one sheet of 24 columns. */
export async function sampleFiles(): Promise<File[]> {
  const response = await fetch("./samples/digits.png");
  const sheet = await createImageBitmap(await response.blob());
  const columns = sheet.width / side;
  const count = columns * (sheet.height / side);
  const files = Array.from({ length: count }, async (_, i) => {
    const canvas = new OffscreenCanvas(side, side);
    const [x, y] = [(i % columns) * side, Math.floor(i / columns) * side];
    canvas.getContext("2d")?.drawImage(sheet, -x, -y);
    return new File([await canvas.convertToBlob()], `digit-${i + 1}.png`, { type: "image/png" });
  });
  return Promise.all(files);
}
