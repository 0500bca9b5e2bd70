/** What is committed is executed, in order, and then may be discarded from the log. Ref: §5.3, §7. */
import { applyBlock, blockHash } from '../../ledger/block.ts';
import { required } from '../../core/assert.ts';
import { copyLedger } from '../../ledger/ledger.ts';
import { sizeOf } from '../../ledger/mempool.ts';
import { configurationAt, discardTo, entryAt, lastIndex } from './log.ts';
import type { Snapshot } from './messages.ts';
import { NOTE } from './notes.ts';
import type { Ctx } from './rules.ts';
import type { Durable, Out, State } from './state.ts';

/** Executes and decides every entry up to `commit`; nothing where that is known already. */
export function advance(state: State, commit: number, out: Out, ctx: Ctx): void {
  const target = Math.min(commit, lastIndex(state.log));
  if (target <= state.applied) return;
  out.persist({ kind: 'applied', index: target });
  // The term in which it was known to be committed; the entry's own may be an older one.
  const certificate = { term: state.term };
  while (state.applied < target) {
    const block = execute(state, ctx);
    out.decide({ slot: block.height, epoch: block.epoch, digest: blockHash(block), value: block, certificate });
  }
  state.waiting = sizeOf(state.pool).batches;
  compact(state, out, ctx);
}

/** Executes the next entry. */
export function execute(state: State, ctx: Ctx) {
  const { block } = required(entryAt(state.log, state.applied + 1), 'the entry to execute');
  applyBlock(state.ledger, state.pool, block, ctx.validatorCount);
  state.applied = block.height;
  return block;
}

/**
 * Takes a snapshot every `snapshotEntries` indices and discards what is twice as old: servers that lag a little are still
 * brought up to date by entries. Ref: §7; thesis §5.1.
 */
function compact(state: State, out: Out, ctx: Ctx): void {
  const period = ctx.config.snapshotEntries;
  if (period === 0 || state.applied < (state.snapshot?.index ?? 0) + period) return;
  const last = required(entryAt(state.log, state.applied), 'the last executed entry');
  const { configuration } = configurationAt(state.log, state.applied);
  const ledger = copyLedger(state.ledger);
  const snapshot: Snapshot = { index: state.applied, block: last.block, ledger, configuration };
  const discarded = Math.max(state.log.base.index, state.applied - period);
  state.snapshot = snapshot;
  discardTo(state.log, discarded);
  if (out.rewrite === undefined) out.persist({ kind: 'compacted', snapshot, discardTo: discarded });
  else out.rewrite(diskAfter(state, snapshot));
  out.note(NOTE.compacted);
}

/** What is on disk after a snapshot of our own: what it stands for is dropped there too. Ref: §7; thesis §5.1. */
function diskAfter({ term, votedFor, log: { base, entries } }: State, snapshot: Snapshot): Durable[] {
  const covered = snapshot.index - base.index;
  return [
    { kind: 'term', term, votedFor },
    { kind: 'installed', snapshot },
    { kind: 'entries', index: snapshot.index + 1, entries: entries.slice(covered) },
    // The older entries come last: they are what may be lost with the last write.
    { kind: 'kept', base, entries: entries.slice(0, covered) },
  ];
}
