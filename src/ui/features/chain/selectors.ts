/** Decided blocks as the chain strip shows them. Pure. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { Frame, TraceView } from '../../../session/view.ts';

export interface BlockView {
  readonly height: number;
  readonly digest: string;
  readonly epoch: number;
  /** Since which validator decided it first. */
  readonly firstAt: Micros;
  /** From the first validator's decision to the last's so far. */
  readonly spread: Micros;
  /** One entry a validator, in order: whether it has decided this block. */
  readonly decided: readonly boolean[];
}

export interface ChainSlot {
  readonly height: number;
  /** More than one: validators decided differently, agreement is broken. */
  readonly blocks: readonly BlockView[];
}

type Block = ReturnType<TraceView['blocksAt']>[number];

/** The newest `limit` heights, ascending. */
export function chainSlots(blocks: readonly Block[], nodes: Frame['nodes'], limit: number): readonly ChainSlot[] {
  const validators = nodes.filter((node) => node.kind === 'validator').map((node) => node.index);
  const top = blocks.reduce((highest, block) => Math.max(highest, block.height), 0);
  const slots = new Map<number, BlockView[]>();
  for (const block of blocks) {
    if (block.height <= top - limit || block.decidedBy.length === 0) continue;
    const list = slots.get(block.height) ?? [];
    list.push(viewOf(block, validators));
    slots.set(block.height, list);
  }
  return [...slots]
    .sort(([a], [b]) => a - b)
    .map(([height, list]) => ({ height, blocks: list.sort((a, b) => a.firstAt - b.firstAt) }));
}

function viewOf(block: Block, validators: readonly NodeIndex[]): BlockView {
  const times = block.decidedBy.map((entry) => entry.at);
  const deciders = new Set(block.decidedBy.map((entry) => entry.node));
  const firstAt = Math.min(...times);
  return {
    height: block.height,
    digest: block.digest,
    epoch: block.epoch,
    firstAt,
    spread: Math.max(...times) - firstAt,
    decided: validators.map((node) => deciders.has(node)),
  };
}
