import { describe, expect, it } from "vitest";
import { jpegHeader } from "./jpeg-header.js";
import { isSrgbProfile } from "./srgb-profile.js";
import { busy, picture } from "./testing/files.js";

const image = (height = 10, width = 20) => picture(height, width, busy);

describe("jpegHeader", () => {
  it("reads size, components and orientation", async () => {
    expect(jpegHeader(await image().jpeg().toBuffer())).toEqual({
      height: 10,
      width: 20,
      components: 3,
      orientation: 1,
    });
    const gray = await image(300, 7).toColourspace("b-w").jpeg({ progressive: true }).toBuffer();
    expect(jpegHeader(gray)).toMatchObject({ height: 300, width: 7, components: 1 });
    const cmyk = await image().toColourspace("cmyk").jpeg().toBuffer();
    expect(jpegHeader(cmyk)?.components).toBe(4);
    for (let orientation = 1; orientation <= 8; orientation++) {
      const turned = await image().jpeg().withMetadata({ orientation }).toBuffer();
      expect(jpegHeader(turned)?.orientation).toBe(orientation);
    }
  });

  it("reads both orders of EXIF's bytes", async () => {
    const plain = await image().jpeg().toBuffer();
    const tiff = {
      II: [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0],
      MM: [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0],
    };
    for (const bytes of Object.values(tiff)) {
      const segment = Buffer.from([0xff, 0xe1, 0, 8 + bytes.length, ...Buffer.from("Exif\0\0"), ...bytes]);
      expect(jpegHeader(Buffer.concat([plain.subarray(0, 2), segment, plain.subarray(2)]))?.orientation).toBe(6);
    }
  });

  it("finds a profile, and knows sRGB's", async () => {
    const [srgb, p3] = await Promise.all(
      ["srgb", "p3"].map((profile) => image().jpeg().withIccProfile(profile).toBuffer()),
    );
    const profileOf = (file: Buffer | undefined) => jpegHeader(file as Buffer)?.profile as Uint8Array;
    expect([isSrgbProfile(profileOf(srgb)), isSrgbProfile(profileOf(p3))]).toEqual([true, false]);
    expect(isSrgbProfile(new Uint8Array(10))).toBe(false);
    expect(isSrgbProfile(profileOf(srgb).subarray(0, 140))).toBe(false);
  });

  it("refuses what is no JPEG of 8 bits, or cut off anywhere before its pixels", async () => {
    const file = await image().jpeg().withMetadata({ orientation: 3 }).toBuffer();
    const scan = file.indexOf(Buffer.from([0xff, 0xda]));
    for (let length = 0; length < scan; length++) expect(jpegHeader(file.subarray(0, length))).toBeUndefined();
    expect(jpegHeader(await image().png().toBuffer())).toBeUndefined();
    const frame = file.indexOf(Buffer.from([0xff, 0xc0]));
    const changed = (at: number, value: number) => Uint8Array.from(file).with(frame + at, value);
    expect(jpegHeader(changed(4, 12))).toBeUndefined(); // bits
    expect(jpegHeader(changed(1, 0xc9))).toBeUndefined(); // arithmetic coding
    expect(jpegHeader(changed(1, 0xc3))).toBeUndefined(); // lossless
  });
});
