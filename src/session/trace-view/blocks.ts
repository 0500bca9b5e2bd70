/** What was decided: per slot and hash, who decided it when. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { decidedDigest } from '../../kernel/trace/decoder.ts';
import { RECORD } from '../../kernel/trace/records.ts';
import type { RecordCursor, RecordIndex } from '../../kernel/trace/store.ts';

export interface DecidedBlock {
  readonly height: number;
  /** 64 hex digits. */
  readonly digest: string;
  readonly epoch: number;
  /** Ascending by time; each node once. */
  readonly decidedBy: readonly { readonly node: NodeIndex; readonly at: Micros }[];
}

interface Entry {
  readonly height: number;
  readonly digest: string;
  readonly epoch: number;
  readonly decidedBy: { readonly node: NodeIndex; readonly at: Micros }[];
  /** With everyone so far; null when somebody decided since. */
  whole: DecidedBlock | null;
}

export class BlockIndex implements RecordIndex {
  readonly kinds = [RECORD.decide] as const;
  /** By height, hashes of one height in the order of their first decision. */
  readonly #entries: Entry[] = [];
  #memo: { readonly at: Micros; readonly blocks: readonly DecidedBlock[] } | null = null;

  add(record: RecordCursor): void {
    if (record.kind !== RECORD.decide) return;
    const { words, at, node, t } = record;
    const entry = this.#entryOf((words[at + 3] as number) | 0, (words[at + 4] as number) | 0, decidedDigest(words, at));
    this.#memo = null;
    // A node that lost its disk decides again; the first time counts.
    if (entry.decidedBy.some((decision) => decision.node === node)) return;
    entry.decidedBy.push({ node, at: t });
    entry.whole = null;
  }

  truncate(at: Micros): void {
    this.#memo = null;
    const kept = this.#entries.filter((entry) => {
      while ((entry.decidedBy.at(-1)?.at ?? -1) >= at) {
        entry.decidedBy.pop();
        entry.whole = null;
      }
      return entry.decidedBy.length > 0;
    });
    this.#entries.splice(0, this.#entries.length, ...kept);
  }

  /** Ascending by height. */
  at(at: Micros): readonly DecidedBlock[] {
    if (this.#memo?.at === at) return this.#memo.blocks;
    const blocks: DecidedBlock[] = [];
    for (const entry of this.#entries) {
      const first = entry.decidedBy[0];
      if (first === undefined || first.at > at) continue;
      blocks.push(blockAt(entry, at));
    }
    this.#memo = { at, blocks };
    return blocks;
  }

  #entryOf(height: number, epoch: number, digest: string): Entry {
    let place = this.#entries.length;
    for (; place > 0; place--) {
      const entry = this.#entries[place - 1] as Entry;
      if (entry.height < height) break;
      if (entry.height === height && entry.digest === digest) return entry;
    }
    // Behind other hashes of its height: walk forward over them.
    while (this.#entries[place]?.height === height) place++;
    const entry: Entry = { height, digest, epoch, decidedBy: [], whole: null };
    this.#entries.splice(place, 0, entry);
    return entry;
  }
}

function blockAt(entry: Entry, at: Micros): DecidedBlock {
  const { height, digest, epoch, decidedBy } = entry;
  if ((decidedBy.at(-1)?.at ?? 0) > at)
    return { height, digest, epoch, decidedBy: decidedBy.filter((decision) => decision.at <= at) };
  entry.whole ??= { height, digest, epoch, decidedBy: [...decidedBy] };
  return entry.whole;
}
