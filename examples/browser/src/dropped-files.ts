/** The files of a drop, those of folders at any depth included, sorted by path as a person counts. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // Entries are only there until the event is over.
  const items = Array.from(transfer.items, (item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found = await Promise.all(items.map(({ entry, file }) => (entry ? filesBelow(entry) : file ? [file] : [])));
  return sorted(found.flat());
}

/** The files of an `<input type="file">`. */
export const chosenFiles = (input: HTMLInputElement) => sorted(Array.from(input.files ?? []));

/** A file's path below what was dropped. */
export const pathOf = (file: File) => file.webkitRelativePath || file.name;

const sorted = (files: File[]) =>
  files.sort((a, b) => pathOf(a).localeCompare(pathOf(b), undefined, { numeric: true }));

async function filesBelow(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    const path = entry.fullPath.replace(/^\//, "");
    if (path !== file.name) Object.defineProperty(file, "webkitRelativePath", { value: path });
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  while (true) {
    // A reader gives at most a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return files;
    for (const below of some) files.push(...(await filesBelow(below)));
  }
}
