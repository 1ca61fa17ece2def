/** Files in memory by name, below the folder that they lie in: what a browser has in place of paths. */
export type NamedFiles = Readonly<Record<string, Uint8Array>>;
