// The TypeScript examples of a package: the ```ts blocks of its README and of the @example tags in its sources.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** @returns {{ name: string, code: string }[]} each named after its file and line */
export function extractExamples(folder) {
  const readme = join(folder, "README.md");
  const sources = existsSync(join(folder, "src"))
    ? readdirSync(join(folder, "src"), { recursive: true })
        .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
        .sort()
        .map((file) => join(folder, "src", file))
    : [];
  return [
    ...(existsSync(readme) ? blocks(readFileSync(readme, "utf8"), relative(".", readme)) : []),
    ...sources.flatMap((file) => docstringBlocks(readFileSync(file, "utf8"), relative(".", file))),
  ];
}

function docstringBlocks(text, file) {
  // Everything outside of docstrings becomes empty, so that line numbers stay.
  let inside = false;
  let inExample = false;
  const lines = text.split("\n").map((line) => {
    if (/^\s*\/\*\*/.test(line)) inside = true;
    const tag = inside && /^\s*\*\s*@(\w+)/.exec(line);
    if (tag) inExample = tag[1] === "example";
    const kept = inside && inExample && !tag ? line.replace(/^\s*\* ?/, "") : "";
    if (line.includes("*/")) inside = inExample = false;
    return line.includes("*/") ? "" : kept;
  });
  return blocks(lines.join("\n"), file);
}

function blocks(text, file) {
  const found = [];
  let open = null;
  for (const [index, line] of text.split("\n").entries()) {
    if (open && /^\s*```\s*$/.test(line)) {
      found.push({ name: `${file}:${open.line}`, code: `${open.code.join("\n")}\n` });
      open = null;
    } else if (open) open.code.push(line);
    else if (/^\s*```ts\s*$/.test(line)) open = { line: index + 1, code: [] };
  }
  return found;
}
