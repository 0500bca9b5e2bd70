/**
 * Whether what clients were told of the ledger fits one order of all they asked, in which nothing comes before it was asked or
 * after it was answered (Herlihy & Wing, TOPLAS 1990, §2). The order of decided blocks is tried first: an answer that some
 * balance decided meanwhile explains is explained. Only where none does, all orders of what was under way are searched.
 *
 * A transfer is answered when a correct validator first decides it, for from then on somebody can tell; a read when the answer
 * of a correct validator departs. It misses what clients are not told, answers of liars, and reads without an answer.
 */
import { clonePlain } from '../../core/clone.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { createLedger, executeBatch } from '../../ledger/ledger.ts';
import type { Batch, LedgerState, SignedBatch, Transfer } from '../../ledger/types.ts';
import { openEnvelope } from '../../kernel/host/signing.ts';
import type { MessageHighlight } from '../../kernel/trace/highlights.ts';
import type { Dealing } from '../../protocols/dealings.ts';
import type { Facts } from '../facts.ts';
import type { Invariant, ReadDecision, Violation } from '../invariant.ts';
import { type AccountOperation, type Operation, sums } from '../properties/history.ts';
import { checkLinearizable } from '../properties/linearizability.ts';

/** Blocks that are remembered, with what was in them where anybody is told of it: what is told of older ones is not judged. */
const BLOCKS_KEPT = 64;
/** Batches and reads under way that are remembered, the latest. */
const OPEN_MAX = 4096;
/** Situations that a search looks at before it says that it does not know. */
const SITUATIONS_MAX = 20_000;

interface Done {
  readonly transfer: Transfer;
  readonly isApplied: boolean;
}

/** A batch as the first correct validator decided it. */
interface Told {
  readonly client: NodeIndex;
  readonly sequence: number;
  readonly calledAt: Micros;
  readonly done: readonly Done[];
}

interface Decided {
  readonly height: number;
  readonly hash: string;
  readonly at: Micros;
  readonly batches: readonly Told[];
}

interface Asked {
  readonly client: NodeIndex;
  readonly account: number;
  readonly at: Micros;
  /** Height of the chain when it was asked. */
  readonly floor: number;
}

interface Memory {
  ledger: LedgerState;
  height: number;
  /** The latest blocks, ascending. */
  blocks: Decided[];
  /** By client and sequence: batches that nobody has decided. */
  open: Map<string, { readonly at: Micros; readonly batch: Batch }>;
  reads: Map<string, Asked>;
  /** Answers: batches decided, outcomes and balances told. */
  judged: number;
  /** Answers of which nothing can be said. */
  unknown: number;
  /** Height at which correct validators decided differently: from there on there is no one chain to judge by. */
  forkedAt: number | null;
}

export function linearizability(facts: Facts): Invariant {
  const { dealings, declaration } = facts.world.protocol;
  const types = new Set(dealings?.types.map((type) => declaration.messages.findIndex((each) => each.type === type)));
  let memory: Memory | null = createMemory(facts);
  return {
    name: 'linearizability',
    states: 'what clients are told of the ledger fits one order of all they asked',
    kinds: dealings === undefined ? [] : ['message'],
    onHighlight(highlight) {
      if (memory === null || memory.forkedAt !== null || dealings === undefined || highlight.kind !== 'message')
        return null;
      const { node, type, envelope } = highlight;
      const isClient = node >= facts.validatorCount;
      if (!isClient && (!types.has(type) || !facts.isCorrect(node) || envelope.claimedFrom !== node)) return null;
      return onWord(memory, highlight, facts);
    },
    onDecision(decided) {
      if (memory !== null) onDecision(memory, decided, facts);
      return null;
    },
    standing: () => standing(memory),
    capture: () => clonePlain(memory),
    restore(state) {
      // A snapshot of a time before there was this check does not say what came before it.
      memory = clonePlain((state ?? null) as Memory | null);
    },
  };
}

function createMemory({ plan }: Facts): Memory {
  return {
    ledger: createLedger(plan.workload, plan.clientCount),
    height: 0,
    blocks: [],
    open: new Map(),
    reads: new Map(),
    judged: 0,
    unknown: 0,
    forkedAt: null,
  };
}

function standing(memory: Memory | null): { readonly verdict: 'holds' | 'pending'; readonly detail: string } {
  if (memory === null) {
    return {
      verdict: 'pending',
      detail: 'not judged: the run goes on from a snapshot made before there was this check',
    };
  }
  const { height, judged, unknown, forkedAt } = memory;
  if (forkedAt !== null) {
    return { verdict: 'pending', detail: `not judged from height ${forkedAt} on, where correct nodes disagree` };
  }
  const open = unknown === 0 ? '' : `, ${unknown} of unknown standing`;
  return { verdict: 'holds', detail: `${height} blocks and ${judged} answers in one order${open}` };
}

function onWord(memory: Memory, { t, node, envelope }: MessageHighlight, facts: Facts): Violation | null {
  const message = openEnvelope(facts.world, envelope).message as { readonly type: string } | null;
  if (message === null) return null;
  if (message.type === 'submit') {
    const batch = message as Batch;
    if (!memory.open.has(keyOf(node, batch.sequence)))
      remember(memory.open, keyOf(node, batch.sequence), { at: t, batch });
    return null;
  }
  const dealing = facts.world.protocol.dealings?.read(message) ?? null;
  return dealing === null ? null : onDealing(memory, dealing, t, node, facts);
}

function onDealing(memory: Memory, dealing: Dealing, t: Micros, node: NodeIndex, facts: Facts): Violation | null {
  switch (dealing.kind) {
    case 'read': {
      const key = keyOf(node, dealing.id);
      const asked = { client: node, account: dealing.account, at: t, floor: memory.height };
      if (!memory.reads.has(key)) remember(memory.reads, key, asked);
      return null;
    }
    case 'balance': {
      const key = keyOf(dealing.client, dealing.id);
      const asked = memory.reads.get(key);
      memory.reads.delete(key);
      return asked === undefined ? null : judgeRead(memory, asked, dealing.balance, t, node, facts);
    }
    case 'outcome':
      return judgeOutcome(memory, dealing, t, node, facts);
  }
}

/** Executes the first chain that is decided, block by block. A second block for a height ends the judging. */
function onDecision(memory: Memory, { t, block }: ReadDecision, facts: Facts): void {
  const known = memory.blocks[memory.blocks.length - 1 - (memory.height - block.height)];
  if (known !== undefined && known.height === block.height && known.hash !== block.hash)
    memory.forkedAt ??= block.height;
  if (block.height !== memory.height + 1 || memory.forkedAt !== null) return;
  memory.height = block.height;
  memory.judged += block.batches.length;
  // Where clients hear nothing there is nothing to compare with what was done.
  const toldOf = facts.world.protocol.dealings === undefined ? [] : block.batches;
  const batches = toldOf.map((entry) => {
    const { batch } = entry as SignedBatch;
    const key = keyOf(batch.client, batch.sequence);
    const calledAt = memory.open.get(key)?.at ?? 0;
    memory.open.delete(key);
    const outcomes = executeBatch(memory.ledger, batch, facts.validatorCount);
    const done = batch.transfers.map((transfer, i): Done => ({ transfer, isApplied: outcomes[i] === 'applied' }));
    return { client: batch.client, sequence: batch.sequence, calledAt, done };
  });
  memory.blocks.push({ height: block.height, hash: block.hash, at: t, batches });
  if (memory.blocks.length > BLOCKS_KEPT) memory.blocks.shift();
}

/** A read may see any state from the one decided last when it was asked to the one decided last when it is answered. */
function judgeRead(
  memory: Memory,
  asked: Asked,
  balance: number,
  t: Micros,
  node: NodeIndex,
  facts: Facts,
): Violation | null {
  const { account, floor } = asked;
  const meanwhile = memory.blocks.filter(({ height }) => height > floor);
  if (meanwhile.length < memory.height - floor) {
    memory.unknown++;
    return null;
  }
  memory.judged++;
  let held = memory.ledger.balances[account] ?? 0;
  for (let i = meanwhile.length - 1; held !== balance && i >= 0; i--)
    held -= changeOf(meanwhile[i] as Decided, account);
  if (held === balance) return null;
  const before = meanwhile.reduce(
    (rest, block) => rest - changeOf(block, account),
    memory.ledger.balances[account] ?? 0,
  );
  const history = historyOf(memory, asked, balance, t, facts, meanwhile);
  const found = checkLinearizable(history, sums(new Map([[account, before]])), { situationsMax: SITUATIONS_MAX });
  if (found.verdict !== 'not linearizable') {
    memory.unknown++;
    return null;
  }
  const said = `${facts.name(node)} told ${facts.name(asked.client)} that a${account} holds ${balance}`;
  const should = `height ${floor}, decided before it was asked, left ${before}`;
  return { at: t, detail: `${said}: ${should}, and no order of what was under way explains it` };
}

/** The read and every transfer of its account that may have come before it or after. */
function historyOf(
  memory: Memory,
  { client, account, at }: Asked,
  balance: number,
  t: Micros,
  facts: Facts,
  meanwhile: readonly Decided[],
): Operation<AccountOperation, number>[] {
  const history: Operation<AccountOperation, number>[] = [];
  const add = (by: NodeIndex, transfer: Transfer, calledAt: Micros, returnedAt: Micros | null): void => {
    const units = unitsOf(transfer, account);
    if (units === 0 || calledAt > t) return;
    const result = returnedAt === null ? null : 0;
    history.push({ client: facts.name(by), calledAt, returnedAt, operation: { kind: 'add', account, units }, result });
  };
  for (const block of meanwhile) {
    for (const { client: by, calledAt, done } of block.batches) {
      for (const { transfer, isApplied } of done)
        if (isApplied) add(by, transfer, Math.min(calledAt, block.at), block.at);
    }
  }
  for (const { at: calledAt, batch } of memory.open.values()) {
    for (const transfer of batch.transfers) add(batch.client, transfer, calledAt, null);
  }
  const read = { kind: 'balance', account } as const;
  return [...history, { client: facts.name(client), calledAt: at, returnedAt: t, operation: read, result: balance }];
}

/** What became of a batch is one thing: whoever decided it first, and whoever tells, say the same. */
function judgeOutcome(
  memory: Memory,
  { client, sequence, refused }: Extract<Dealing, { readonly kind: 'outcome' }>,
  t: Micros,
  node: NodeIndex,
  facts: Facts,
): Violation | null {
  const told = findTold(memory, client, sequence);
  if (told === null) {
    memory.unknown++;
    return null;
  }
  memory.judged++;
  const position = told.done.findIndex(({ isApplied }, i) => isApplied === refused.includes(i));
  if (position < 0) return null;
  const { isApplied } = told.done[position] as Done;
  const name = `transfer ${position} of batch ${sequence}`;
  const [said, was] = isApplied ? ['refused', 'executed'] : ['executed', 'refused'];
  return {
    at: t,
    detail: `${facts.name(node)} told ${facts.name(client)} that ${name} was ${said}, though it was ${was}`,
  };
}

function findTold(memory: Memory, client: NodeIndex, sequence: number): Told | null {
  for (let i = memory.blocks.length - 1; i >= 0; i--) {
    const told = memory.blocks[i]?.batches.find((each) => each.client === client && each.sequence === sequence);
    if (told !== undefined) return told;
  }
  return null;
}

/** What a block adds to an account. */
function changeOf({ batches }: Decided, account: number): number {
  let sum = 0;
  for (const { done } of batches) {
    for (const { transfer, isApplied } of done) if (isApplied) sum += unitsOf(transfer, account);
  }
  return sum;
}

function unitsOf({ from, to, amount }: Transfer, account: number): number {
  if (from === account) return -amount;
  return to === account ? amount : 0;
}

function keyOf(client: NodeIndex, number: number): string {
  return `${client}/${number}`;
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > OPEN_MAX && oldest.done !== true) map.delete(oldest.value);
}
