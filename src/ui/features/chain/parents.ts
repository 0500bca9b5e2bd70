/** What a proposal names as its parents, whatever its protocol calls them. Pure. */

const KEYS: ReadonlySet<string> = new Set(['parent', 'parents', 'previous', 'prev', 'parentHash', 'previousHash']);
const HASH = /^[0-9a-f]{16,}$/;
const DEPTH_MAX = 4;

/** Hashes under the keys that name parents, nearest to the top first; empty where there are none. */
export function parentsIn(content: unknown, depth = 0): readonly string[] {
  if (typeof content !== 'object' || content === null || depth > DEPTH_MAX) return [];
  const entries = Object.entries(content);
  for (const [key, value] of entries) {
    if (!KEYS.has(key)) continue;
    const hashes = (Array.isArray(value) ? value : [value]).filter(
      (hash): hash is string => typeof hash === 'string' && HASH.test(hash),
    );
    if (hashes.length > 0) return hashes;
  }
  for (const [, value] of entries) {
    const found = parentsIn(value, depth + 1);
    if (found.length > 0) return found;
  }
  return [];
}
