/**
 * Random fault storms from a seed, within the fault model unless told otherwise.
 *
 * With n validators of which a protocol tolerates f: the traitors (Byzantine behaviours and restarts that forget) are one set of
 * at most f nodes for the whole run, and never are more than f nodes traitors or crashed. Partitions, slow or lossy links and
 * slow nodes are only a matter of timing. All but the traitors is healed when the storm ends, so that progress must follow.
 * Where shards have several validators, all of this is counted in each shard, of which one may be stormier than the next.
 * `beyond` breaks the model on purpose: f + 1 traitors, who mostly conspire: the same two stories, to the same two halves.
 */
import type { NodeIndex } from '../core/ids.ts';
import { draw, PURPOSE, type StreamKey, scale, streamKey } from '../core/prng.ts';
import { majority, maxFaulty } from '../core/quorum.ts';
import { MILLISECOND, type Micros, SECOND } from '../core/time.ts';
import type { Behaviour, FaultBody } from '../kernel/plan.ts';

export interface StormField {
  readonly validatorCount: number;
  /** Validators of a shard of several: faults are counted in each. Absent: in the whole testnet. */
  readonly domainSize?: number;
  readonly faultModel: 'byzantine' | 'crash';
  readonly messageTypes: readonly string[];
  /** What a traitor of this protocol can do. */
  readonly behaviours: readonly Behaviour[];
}

export interface StormOptions {
  /** 0 … 1. */
  readonly intensity: number;
  readonly beyond: boolean;
  /** No timed fault begins earlier. */
  readonly start: Micros;
  /** Everything but the traitors is healed by then. */
  readonly end: Micros;
}

/** A fault of the storm: `until` null only for traitors. */
export type StormFault = FaultBody & { readonly at: Micros; readonly until: Micros | null };

/** The shortest storm in which a timed fault has room. */
export const STORM_LENGTH_MIN: Micros = SECOND;

/** How many lying nodes the protocol tolerates, and how many lying or crashed ones. */
export function faultBudget(field: Pick<StormField, 'validatorCount' | 'faultModel'>): {
  byzantine: number;
  total: number;
} {
  const n = field.validatorCount;
  return field.faultModel === 'crash'
    ? { byzantine: 0, total: n - majority(n) }
    : { byzantine: maxFaulty(n), total: maxFaulty(n) };
}

/** A restart that forgets its votes lies about them afterwards: it counts as a traitor. */
export function isTraitorous(fault: FaultBody): boolean {
  return fault.kind === 'byzantine' || (fault.kind === 'crash' && fault.disk !== 'durable');
}

interface Dice {
  readonly key: StreamKey;
  rolled: number;
}

interface Drawing {
  readonly dice: Dice;
  readonly field: StormField;
  readonly options: StormOptions;
  readonly faults: StormFault[];
  readonly traitors: readonly NodeIndex[];
  /** How many nodes of one domain may be traitors or down at once. */
  readonly total: number;
}

/** Uniform in [0, bound). */
function roll(dice: Dice, bound: number): number {
  return scale(draw(dice.key, dice.rolled++), bound);
}

function pick<T>(dice: Dice, items: readonly T[]): T {
  return items[roll(dice, items.length)] as T;
}

/** `count` different validators in random order (Fisher–Yates). */
function pickNodes(dice: Dice, validatorCount: number, count: number): NodeIndex[] {
  const nodes = Array.from({ length: validatorCount }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + roll(dice, validatorCount - i);
    [nodes[i], nodes[j]] = [nodes[j] as NodeIndex, nodes[i] as NodeIndex];
  }
  return nodes.slice(0, count);
}

/** The faults that (seed, field, options) stand for, ascending by begin. Always at least two from intensity 0.3 on. */
export function drawStorm(seed: number, field: StormField, options: StormOptions): StormFault[] {
  const dice: Dice = { key: streamKey(seed, PURPOSE.storm), rolled: 0 };
  const intensityMilli = Math.round(options.intensity * 1000);
  const size = domainSize(field);
  const budget = faultBudget({ validatorCount: size, faultModel: field.faultModel });
  const domains = Math.floor(field.validatorCount / size);
  const worst = options.beyond && domains > 1 ? roll(dice, domains) : 0;
  const traitors: NodeIndex[] = [];
  for (let domain = 0; domain < domains; domain++) {
    const count =
      options.beyond && domain === worst
        ? Math.min(size, budget.byzantine + 1)
        : roll(dice, Math.ceil((budget.byzantine * intensityMilli) / 1000) + 1);
    traitors.push(...pickNodes(dice, size, count).map((place) => domain * size + place));
  }
  const drawing: Drawing = { dice, field, options, faults: [], traitors, total: budget.total };
  const conspire = options.beyond && field.behaviours.includes('equivocate') && roll(dice, 3) > 0;
  if (conspire) drawConspiracy(drawing);
  else {
    const liar = traitors.find((node) => Math.floor(node / size) === worst);
    for (const traitor of traitors) drawTraitor(drawing, traitor, options.beyond && traitor === liar);
  }
  if (options.end - options.start >= STORM_LENGTH_MIN) {
    const base = Math.floor((intensityMilli * 10) / 1000);
    const count = base + (base === 0 ? 0 : roll(dice, base + 1));
    for (let i = 0; i < count; i++) drawTimed(drawing);
  }
  // Array.prototype.sort is stable: equal begins keep the order of drawing.
  return drawing.faults.sort((a, b) => a.at - b.at);
}

/** Nodes among which faults are counted. */
const domainSize = ({ domainSize: size, validatorCount }: Pick<StormField, 'domainSize' | 'validatorCount'>): number =>
  size ?? validatorCount;

/** Lies that can break safety once there are too many liars. */
const TWO_FACED: readonly Behaviour[] = ['equivocate', 'twins'];

function drawTraitor(drawing: Drawing, target: NodeIndex, mustTellTwoStories: boolean): void {
  const { dice, field, options } = drawing;
  const able = mustTellTwoStories
    ? TWO_FACED.filter((behaviour) => field.behaviours.includes(behaviour))
    : field.behaviours;
  const forgets = able.length === 0 || (!mustTellTwoStories && roll(dice, 5) === 0);
  if (forgets) {
    drawForgetful(drawing, target, mustTellTwoStories ? ['amnesia'] : ['amnesia', 'torn']);
    return;
  }
  const behaviour = pick(dice, able);
  const peers =
    roll(dice, 2) === 0 ? null : pickNodes(dice, field.validatorCount, 1 + roll(dice, field.validatorCount));
  const body = { kind: 'byzantine', target, peers, types: null } as const;
  // The two machines of twins share no past: they exist from the beginning.
  const at = behaviour === 'twins' || mustTellTwoStories ? 0 : roll(dice, Math.floor(options.end / 2) + 1);
  const change = behaviour === 'twins' || roll(dice, 3) > 0 ? null : at + 1 + roll(dice, Math.max(1, options.end - at));
  drawing.faults.push({ ...body, behaviour, at, until: change });
  if (change === null) return;
  const second = pick(
    dice,
    field.behaviours.filter((other) => other !== 'twins'),
  );
  drawing.faults.push({ ...body, behaviour: second, at: change, until: null });
}

/**
 * All traitors show one face to the same half of the correct nodes and another to the rest. f + 1 of them and half of the
 * n − f − 1 correct nodes are ⌊(n+f)/2⌋ + 1, a quorum, where n = 3f + 1: both halves can decide.
 */
function drawConspiracy({ dice, field, faults, traitors }: Drawing): void {
  const order = pickNodes(dice, field.validatorCount, field.validatorCount);
  const correct = order.filter((node) => !traitors.includes(node));
  const peers = [...traitors, ...correct.slice(0, Math.floor(correct.length / 2))].sort((a, b) => a - b);
  for (const target of traitors) {
    faults.push({ kind: 'byzantine', target, behaviour: 'equivocate', peers, types: null, at: 0, until: null });
  }
}

/** A traitor by forgetfulness: one to three crashes after which its disk is empty or misses the last write. */
function drawForgetful(drawing: Drawing, target: NodeIndex, disks: readonly ('amnesia' | 'torn')[]): void {
  const { dice, options } = drawing;
  const crashCount = 1 + roll(dice, 3);
  const slot = Math.floor(Math.max(crashCount * MILLISECOND, options.end - options.start) / crashCount);
  for (let i = 0; i < crashCount; i++) {
    const at = options.start + i * slot + roll(dice, Math.floor(slot / 2));
    const until = at + 1 + roll(dice, Math.floor(slot / 2) - 1);
    drawing.faults.push({ kind: 'crash', target, disk: pick(dice, disks), at, until });
  }
}

type TimedDrawing = (drawing: Drawing, at: Micros, until: Micros) => FaultBody | null;

/** One entry a share: crashes, partitions and links are likelier than slow nodes. */
const TIMED: readonly TimedDrawing[] = [
  drawCrash,
  drawCrash,
  drawCrash,
  drawPartition,
  drawPartition,
  drawPartition,
  drawLink,
  drawLink,
  drawLink,
  drawSlow,
  drawSlow,
];

/** A fault within [start, end], at least 100 ms and at most half the storm long. */
function drawTimed(drawing: Drawing): void {
  const { dice, options } = drawing;
  const length = options.end - options.start;
  const shortest = 100 * MILLISECOND;
  const duration = shortest + roll(dice, Math.floor(length / 2) - shortest + 1);
  const at = options.start + roll(dice, length - duration + 1);
  const until = at + duration;
  const body = pick(dice, TIMED)(drawing, at, until) ?? drawLink(drawing);
  drawing.faults.push({ ...body, at, until });
}

/** Null where one more node down would exceed the budget at any moment of the closed interval. */
function drawCrash(drawing: Drawing, at: Micros, until: Micros): FaultBody | null {
  const { dice, field, faults, traitors, total } = drawing;
  const target = roll(dice, field.validatorCount);
  const size = domainSize(field);
  const isNear = (node: NodeIndex): boolean => Math.floor(node / size) === Math.floor(target / size);
  const crashBudget = Math.max(0, total - traitors.filter(isNear).length);
  const down = faults.filter(
    (other) =>
      other.kind === 'crash' && isNear(other.target) && !traitors.includes(other.target) && overlaps(other, at, until),
  );
  // Counting everyone who is down at some time of the interval overestimates those down at once: safely so.
  const isFree = !traitors.includes(target) && !down.some((other) => other.kind === 'crash' && other.target === target);
  return isFree && down.length < crashBudget ? { kind: 'crash', target, disk: 'durable' } : null;
}

function overlaps(other: StormFault, at: Micros, until: Micros): boolean {
  return other.at <= until && (other.until === null || at <= other.until);
}

function drawPartition({ dice, field }: Drawing): FaultBody | null {
  const n = field.validatorCount;
  if (n < 2) return null;
  const order = pickNodes(dice, n, n);
  const groupCount = n >= 3 && roll(dice, 4) === 0 ? 3 : 2;
  const cuts = pickNodes(dice, n - 1, groupCount - 1)
    .map((cut) => cut + 1)
    .sort((a, b) => a - b);
  const groups = [0, ...cuts].map((from, i) => order.slice(from, cuts[i] ?? n).sort((a, b) => a - b));
  return { kind: 'partition', groups, oneWay: roll(dice, 4) === 0, cut: roll(dice, 2) === 0 ? 'held' : 'lost' };
}

function drawLink({ dice, field }: Drawing): FaultBody {
  const n = field.validatorCount;
  return {
    kind: 'link',
    from: pickNodes(dice, n, 1 + roll(dice, n)),
    to: pickNodes(dice, n, 1 + roll(dice, n)),
    symmetric: roll(dice, 2) === 0,
    types: field.messageTypes.length === 0 || roll(dice, 4) > 0 ? null : [pick(dice, field.messageTypes)],
    delayMicros: roll(dice, 2 * SECOND),
    lossPpm: roll(dice, 2) === 0 ? 0 : roll(dice, 800_001),
    duplicatePpm: roll(dice, 2) === 0 ? 0 : roll(dice, 300_001),
  };
}

function drawSlow({ dice, field }: Drawing): FaultBody {
  return { kind: 'slow', target: roll(dice, field.validatorCount), factorMilli: 2000 + roll(dice, 18_001) };
}
