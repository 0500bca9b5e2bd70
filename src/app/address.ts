/** Which scenario the page's address asks for. */
import { TestnetError } from '../core/problem.ts';
import { DEFAULT_PRESET_ID } from '../scenario/library.ts';
import { decodeLink, parseHash } from '../scenario/link.ts';
import type { ScenarioInput } from '../scenario/types.ts';

/**
 * What to load for a hash: a preset's id, or the document of a link (which `load` validates).
 * @throws TestnetError `bad-input` when the link cannot be unpacked.
 */
export async function scenarioOfAddress(hash: string): Promise<ScenarioInput | string> {
  const { source } = parseHash(hash);
  if (source === null) return DEFAULT_PRESET_ID;
  if (source.kind === 'preset') return source.id;
  const decoded = await decodeLink(source.payload);
  if ('problems' in decoded) throw new TestnetError('bad-input', 'the link holds no scenario', decoded.problems);
  return decoded.value as ScenarioInput;
}
