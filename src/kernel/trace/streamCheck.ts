/** Whether words from outside are a stream of whole records: what recorders promise and a file has to prove. */
import type { Declaration } from '../../protocols/protocol.ts';
import { RECORD, RECORD_WORDS_MAX, WORD } from './records.ts';

/** Words of each record kind that has only one length. */
const LENGTHS: Readonly<Record<number, number>> = {
  [RECORD.message]: 12,
  [RECORD.copy]: 7,
  [RECORD.deliver]: 5,
  [RECORD.drop]: 5,
  [RECORD.timer]: 4,
  [RECORD.decide]: 13,
  [RECORD.fault]: 4,
  [RECORD.heal]: 4,
  [RECORD.note]: 4,
  [RECORD.evidence]: 8,
  [RECORD.lock]: 5,
  [RECORD.unlock]: 5,
  [RECORD.commit2pc]: 5,
  [RECORD.wait]: 6,
};

/** Kinds whose fourth word names a text. */
const WITH_TEXT: ReadonlySet<number> = new Set([
  RECORD.timer,
  RECORD.fault,
  RECORD.heal,
  RECORD.note,
  RECORD.evidence,
  RECORD.lock,
  RECORD.unlock,
  RECORD.commit2pc,
  RECORD.wait,
]);

/**
 * The first thing wrong, for people; null when every record is whole and every text it names was given before. `fields`: as the
 * protocol declares them.
 */
export function checkStream(words: Uint32Array, fields: Declaration['fields']): string | null {
  const commonCount = commonFieldCount(fields);
  let texts = 0;
  for (let at = 0; at < words.length; ) {
    const header = words[at] as number;
    const kind = header & 63;
    const length = (header >>> 6) & 1023;
    if (length < 3 || at + length > words.length) return `a record of ${length} words at word ${at} of ${words.length}`;
    if (kind === RECORD.text) {
      const bytes = words[at + 2] as number;
      if (words[at + 1] !== texts || bytes > (length - 3) * 4) return `a damaged text at word ${at}`;
      texts++;
    } else {
      const wanted =
        kind === RECORD.state ? Math.min(Math.max(length, 3 + commonCount), 3 + fields.length) : LENGTHS[kind];
      if (length !== wanted || length > RECORD_WORDS_MAX)
        return `a record of kind ${kind} with ${length} words at word ${at}`;
      const t = (words[at + 1] as number) + (words[at + 2] as number) * WORD;
      if (!Number.isSafeInteger(t)) return `a time beyond 2^53 at word ${at}`;
      if (WITH_TEXT.has(kind) && (words[at + 3] as number) >= texts) return `an unknown text at word ${at}`;
    }
    at += length;
  }
  return null;
}

/** How many fields every run has: those before the first optional one. */
export function commonFieldCount(fields: Declaration['fields']): number {
  const optional = fields.findIndex(({ isOptional = false }) => isOptional);
  return optional < 0 ? fields.length : optional;
}
