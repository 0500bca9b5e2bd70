/** The public keys of all nodes in one buffer: it moves to a thread, where a list of arrays would be copied one by one. */
export interface PackedKeys {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** By node: where its key ends. */
  readonly ends: readonly number[];
}

export function packKeys(keys: readonly Uint8Array[]): PackedKeys {
  const ends: number[] = [];
  let end = 0;
  for (const key of keys) {
    end += key.length;
    ends.push(end);
  }
  const bytes = new Uint8Array(end);
  keys.forEach((key, node) => {
    bytes.set(key, (ends[node] as number) - key.length);
  });
  return { bytes, ends };
}

/** By node; views of the one buffer. */
export function unpackKeys({ bytes, ends }: PackedKeys): Uint8Array[] {
  return ends.map((end, node) => bytes.subarray(ends[node - 1] ?? 0, end));
}
