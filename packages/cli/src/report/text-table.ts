type Line = readonly string[];

/** A table in Markdown: the first columns to the left, the others, numbers, to the right. */
export function markdownTable(head: Line, body: readonly Line[], { leftColumns = 1 } = {}): string {
  const rule = head.map((_, i) => (i < leftColumns ? "---" : "---:"));
  const inOneLine = (line: Line) => `| ${line.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [head, rule, ...body].map(inOneLine).join("\n");
}

/** A table as CSV (RFC 4180, but for its line ends). */
export function csvTable(head: Line, body: readonly Line[]): string {
  return [head, ...body].map((line) => `${line.map(quoted).join(",")}\n`).join("");
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
