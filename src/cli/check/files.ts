/** Reads the files that `npm run check` is given. */
import { readFileSync, statSync } from 'node:fs';
import type { Problem } from '../../core/problem.ts';

/** Far more than any trace that a person looks at; what is larger is another kind of file. */
const BYTES_MAX = 256 * 1024 * 1024;

type Refused = { readonly problem: Problem };

/** The bytes of a file, or why not. Never throws. */
export function readBytes(path: string): { readonly bytes: Uint8Array } | Refused {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return refuse('file', JSON.stringify(path.slice(0, 200)), 'a file that exists');
  if (!stat.isFile()) return refuse(path, 'no regular file', 'a file');
  if (stat.size > BYTES_MAX) return refuse(path, `${stat.size} bytes`, `at most ${BYTES_MAX} bytes`);
  try {
    return { bytes: readFileSync(path) };
  } catch (error) {
    return refuse(path, `an error (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, 'a file that can be read');
  }
}

/** The JSON document in a file, or why not. Never throws. */
export function readJsonFile(path: string): { readonly value: unknown } | Refused {
  const read = readBytes(path);
  if ('problem' in read) return read;
  const text = new TextDecoder().decode(read.bytes);
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return refuse(path, error instanceof Error ? error.message : 'something else', 'a JSON document');
  }
}

function refuse(path: string, found: string, expected: string): Refused {
  return { problem: { path, found, expected } };
}
