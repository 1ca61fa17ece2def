const tableStart = 128;
const entryBytes = 12;
const description = 0x64657363; // "desc"

/** Whether an ICC profile, of which this is at least the beginning, calls itself sRGB. */
export function isSrgbProfile(profile: Uint8Array): boolean {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  if (view.byteLength < tableStart + 4) return false;
  const end = tableStart + 4 + view.getUint32(tableStart) * entryBytes;
  for (let entry = tableStart + 4; entry + entryBytes <= Math.min(end, view.byteLength); entry += entryBytes) {
    if (view.getUint32(entry) !== description) continue;
    const start = view.getUint32(entry + 4);
    // One byte a letter in old profiles, two in new ones.
    const text = Buffer.from(profile.subarray(start, start + view.getUint32(entry + 8))).toString("latin1");
    return text.replaceAll("\0", "").includes("sRGB");
  }
  return false;
}
