const few = ["#4e79d9", "#e8843a", "#37a35e", "#d9534f", "#9168cf", "#9c6b4f", "#df6fb0", "#8a8f98", "#b3a21e", "#23a7b8"] as const; // biome-ignore format: one line

/**
 * A class's colour, `#rrggbb`, on light and on dark ground: of a few classes one that can be told from the others; of
 * many, hues evenly around the circle.
 */
export function classColor(label: number, classCount: number): string {
  if (classCount <= few.length) return few[label % few.length] as string;
  const hue = label / classCount;
  const channel = (offset: number) => {
    // HSL to RGB at saturation 0.6 and lightness 0.52.
    const position = (offset + 12 * hue) % 12;
    const value = 0.52 - 0.288 * Math.max(-1, Math.min(position - 3, 9 - position, 1));
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}
