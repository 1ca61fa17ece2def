/** What a JPEG file says of itself before its first scan. */
export interface JpegHeader {
  readonly height: number;
  readonly width: number;
  readonly components: number;
  /** EXIF's, 1 to 8; 1 where there is none. */
  readonly orientation: number;
  /** The embedded ICC profile's first part. */
  readonly profile?: Uint8Array;
}

const startOfImage = 0xffd8;
const startOfScan = 0xffda;
const application1 = 0xffe1;
const application2 = 0xffe2;
/** Baseline, extended sequential and progressive; not the lossless, hierarchical and arithmetic ones. */
const readableFrames = [0xffc0, 0xffc1, 0xffc2];
const exifName = "Exif\0\0";
const profileName = "ICC_PROFILE\0";

/**
 * Reads a JPEG file's header: segments of a marker, a length and so many bytes.
 *
 * Source: ITU-T T.81, annex B; Exif 2.3, 4.5; ICC.1:2010, annex B.4.
 *
 * @returns nothing for a file of another format, of another than 8 bits, of a rare kind of JPEG, or cut off
 */
export function jpegHeader(file: Uint8Array): JpegHeader | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.byteLength < 4 || view.getUint16(0) !== startOfImage) return undefined;
  let orientation = 1;
  let profile: Uint8Array | undefined;
  let frame: Pick<JpegHeader, "height" | "width" | "components"> | undefined;
  for (let at = 2; at + 4 <= view.byteLength; ) {
    const marker = view.getUint16(at);
    if (marker === 0xffff)
      at++; // markers may be padded
    else {
      const length = view.getUint16(at + 2);
      const start = at + 4;
      const end = at + 2 + length;
      if (marker < 0xffc0 || length < 2 || end > view.byteLength) return undefined;
      if (marker === startOfScan) return frame && { ...frame, orientation, ...(profile && { profile }) };
      if (readableFrames.includes(marker) && length >= 8) {
        if (frame || view.getUint8(start) !== 8) return undefined;
        const [height, width] = [view.getUint16(start + 1), view.getUint16(start + 3)];
        if (height === 0 || width === 0) return undefined;
        frame = { height, width, components: view.getUint8(start + 5) };
      } else if (marker === application1 && startsWith(file, start, end, exifName)) {
        orientation = exifOrientation(view, start + exifName.length, end) ?? orientation;
      } else if (marker === application2 && startsWith(file, start, end, profileName)) {
        profile ??= file.subarray(start + profileName.length + 2, end); // two bytes number the parts
      }
      at = end;
    }
  }
  return undefined;
}

function startsWith(file: Uint8Array, start: number, end: number, text: string): boolean {
  if (start + text.length > end) return false;
  for (let i = 0; i < text.length; i++) if (file[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

const orientationTag = 0x0112;
const entryBytes = 12;

/** The orientation among the entries of the first directory of a TIFF header. */
function exifOrientation(view: DataView, start: number, end: number): number | undefined {
  if (start + 8 > end) return undefined;
  const littleEndian = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, littleEndian);
  if (directory + 2 > end) return undefined;
  const count = view.getUint16(directory, littleEndian);
  for (let entry = directory + 2; entry < directory + 2 + count * entryBytes; entry += entryBytes) {
    if (entry + entryBytes > end) return undefined;
    if (view.getUint16(entry, littleEndian) !== orientationTag) continue;
    const value = view.getUint16(entry + 8, littleEndian);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}
