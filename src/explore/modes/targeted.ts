/**
 * Asymmetric knowledge: most safety bugs need that one node knows what the others do not, and that it is then cut off.
 * Around one slot of the run without faults it is drawn who hears each kind of proposal and vote, who is isolated once the
 * slot is decided, what a traitor does and whether it forgets. Built from the protocol's declaration alone: message types in
 * the order of their phases, behaviours, fault budget.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Behaviour } from '../../kernel/plan.ts';
import type { FaultInput, Scenario } from '../../scenario/index.ts';
import { Dice } from '../dice.ts';
import type { Field, SlotTimes } from '../field.ts';
import { type Mode, seedAt, withFaults } from './mode.ts';

const STREAM = 1;

interface Plot {
  readonly field: Field;
  readonly dice: Dice;
  /** In random order; the first is the one that may know more. */
  readonly order: readonly NodeIndex[];
  readonly victim: NodeIndex;
  /** Null where the fault model has no liars, or this time nobody lies. */
  readonly traitor: NodeIndex | null;
  /** Ms: the slot's messages are under way from `from`; it is decided at `decided`; all is healed at `healed`. */
  readonly from: number;
  readonly decided: number;
  readonly healed: number;
}

export const targeted: Mode = {
  name: 'targeted',
  explain: 'losses of single message kinds around one slot, somebody cut off after it, a traitor that may forget',
  candidate(field, seed, index): Scenario {
    const plot = drawPlot(field, new Dice(seed, STREAM, index));
    const faults = [...drawTraitor(plot), ...drawHearing(plot), ...drawCut(plot), ...drawCrash(plot)];
    return withFaults(field, { seed: seedAt(seed, index), faults, stopMs: plot.healed + 3 * field.slotMs + 1000 });
  },
};

function drawPlot(field: Field, dice: Dice): Plot {
  const { slotMs, validatorCount, byzantineMax } = field;
  const order = dice.shuffled(validatorCount);
  const position = dice.roll(Math.min(3, Math.max(1, field.slots.length - 1)));
  const before = field.slots[position];
  const attacked = field.slots[position + 1];
  const { from, decided } = timesOf(before, attacked, slotMs);
  const healed = decided + dice.pick([3, 6, 9]) * slotMs;
  const traitor = byzantineMax > 0 && dice.chance(80) ? (order[1] ?? null) : null;
  return { field, dice, order, victim: order[0] ?? 0, traitor, from, decided, healed };
}

/** From when the slot before is decided everywhere until the attacked one is decided somewhere. */
function timesOf(before: SlotTimes | undefined, attacked: SlotTimes | undefined, slotMs: number) {
  const from = before === undefined ? 0 : Math.ceil(before.lastMs) + 1;
  const decided = attacked === undefined ? from + slotMs : Math.ceil(attacked.firstMs);
  return { from, decided: Math.max(decided, from + 1) };
}

function drawTraitor({ field, dice, traitor, victim, order, from }: Plot): FaultInput[] {
  if (traitor === null || dice.chance(10)) return [];
  // What only this protocol's traitor can do is likelier to matter.
  const able = field.behaviours.map((behaviour): readonly [number, Behaviour] => [
    field.ownBehaviours.includes(behaviour) ? 3 : 1,
    behaviour,
  ]);
  const half = order.slice(0, Math.ceil(order.length / 2));
  const peers = dice.weighted<readonly NodeIndex[] | null>([
    [4, null],
    [2, [victim]],
    [2, half],
  ]);
  const behaviour = dice.weighted(able);
  const types = dice.chance(20) && field.agreementTypes.length > 0 ? [dice.pick(field.agreementTypes)] : null;
  const at = behaviour === 'twins' || dice.chance(50) ? 0 : from;
  return [
    { kind: 'byzantine', target: `v${traitor}`, behaviour, peers: peers === null ? null : named(peers), types, at },
  ];
}

/** Who hears what: one fault for each set of the deaf, as several kinds may be lost on the same nodes. */
function drawHearing({ field, dice, victim, traitor, order, from, decided, healed }: Plot): FaultInput[] {
  const { agreementTypes: types, slotMs } = field;
  const insiders = traitor === null ? [victim] : [traitor, victim];
  const half = order.slice(0, Math.ceil(order.length / 2));
  const byDeaf = new Map<string, string[]>();
  for (const [position, type] of types.entries()) {
    const left = types.length - 1 - position;
    // The last vote is best heard by one alone; the one before it may be known to the traitor only.
    const hearers = dice.weighted<readonly NodeIndex[]>([
      [[30, 45, 75][left] ?? 75, order],
      [[45, 5, 5][left] ?? 5, [victim]],
      [traitor === null ? 1 : ([10, 30, 8][left] ?? 8), insiders.slice(0, 1)],
      [[10, 12, 6][left] ?? 6, insiders],
      [6, half],
      // All but one: it goes on without what the others know.
      [[4, 14, 6][left] ?? 6, order.slice(0, -1)],
    ]);
    const deaf = order.filter((node) => !hearers.includes(node)).sort((a, b) => a - b);
    if (deaf.length > 0) byDeaf.set(deaf.join(), [...(byDeaf.get(deaf.join()) ?? []), type]);
  }
  const until = dice.pick([decided + slotMs, decided + 2 * slotMs, healed]);
  return [...byDeaf].map(([deaf, lost]) => {
    const to = named(deaf.split(',').map(Number));
    return { kind: 'link', from: null, to, symmetric: false, types: lost, loss: 1, at: from, until };
  });
}

function drawCut({ field, dice, victim, order, decided, healed, from }: Plot): FaultInput[] {
  const rest = order.filter((node) => node !== victim);
  if (rest.length === 0) return [];
  const middle = Math.ceil(order.length / 2);
  const groups = dice.weighted<readonly (readonly NodeIndex[])[] | null>([
    [55, [[victim], rest]],
    [25, [order.slice(0, middle), order.slice(middle)]],
    [20, null],
  ]);
  if (groups === null) return [];
  const at = dice.chance(10) ? from : decided + dice.roll(Math.max(1, field.slotMs >> 1));
  const cut = dice.chance(75) ? 'lost' : 'held';
  return [{ kind: 'partition', groups: groups.map((group) => named(sorted(group))), cut, at, until: healed }];
}

/** The traitor forgets what it promised, or a correct node is down for a while. */
function drawCrash({ field, dice, traitor, victim, order, decided, healed }: Plot): FaultInput[] {
  const at = decided + dice.roll(Math.max(1, field.slotMs >> 1));
  if (traitor !== null) {
    if (!dice.chance(55)) return [];
    const restart = dice.chance(80) ? 'amnesia' : 'torn';
    return [{ kind: 'crash', target: `v${traitor}`, restart, at, until: at + dice.between(50, field.slotMs) }];
  }
  if (field.faultyMax === 0 || !dice.chance(50)) return [];
  const target = dice.chance(50) ? victim : (order[1] ?? victim);
  return [
    { kind: 'crash', target: `v${target}`, at, until: Math.min(healed, at + dice.between(50, 4 * field.slotMs)) },
  ];
}

const sorted = (nodes: readonly NodeIndex[]): NodeIndex[] => [...nodes].sort((a, b) => a - b);
const named = (nodes: readonly NodeIndex[]): string[] => nodes.map((node) => `v${node}`);
