/**
 * The net of one slot for n nodes, as an ordinary place/transition net: every place and transition once for each node, epoch and
 * value. What must be there and stay becomes a loop of two arcs.
 */
import { awaitable, fastQuorumSize, majority, oneCorrect } from '../../core/quorum.ts';
import type { NetDeclaration, NetWeight } from '../../protocols/net.ts';
import { fitsEpoch, type FoldedArc, foldNet, type FoldedPlace, type FoldedTransition } from './compile.ts';
import type { PetriArc, PetriNet, PetriPlace, PetriTransition } from './net.ts';

export interface UnfoldSize {
  readonly validators: number;
  /** Votes, or power, that make a certificate. */
  readonly quorum: number;
  /** Epochs from the first on, ≥ 1. */
  readonly epochs: number;
  /** Different values that may be voted for, ≥ 1. */
  readonly values: number;
}

/** One choice of node, epoch, value, and of the epoch from which each moving token comes. */
interface Instance {
  readonly transition: FoldedTransition;
  readonly node: number;
  readonly epoch: number;
  readonly value: number;
  readonly moves: ReadonlyMap<FoldedArc, number>;
}

/** @throws {RangeError} when validators, epochs or values are below 1. */
export function unfoldNet(declaration: NetDeclaration, size: UnfoldSize, name: string): PetriNet {
  if (Math.min(size.validators, size.epochs, size.values) < 1)
    throw new RangeError('a net needs a node, an epoch and a value');
  const folded = foldNet(declaration);
  const { firstEpoch } = declaration;
  const epochs = Array.from({ length: size.epochs }, (_, i) => firstEpoch + i);
  const places = folded.places.flatMap((place) => instancesOf(place, epochs, size));
  const transitions: PetriTransition[] = [];
  const arcs: PetriArc[] = [];
  for (const transition of folded.transitions) {
    for (const instance of instances(transition, epochs, size, firstEpoch)) {
      const id = transitionId(instance, size);
      transitions.push({ id, name: id });
      arcs.push(...arcsOf(instance, id, size));
    }
  }
  return { name, places, transitions, arcs };
}

function instancesOf(place: FoldedPlace, epochs: readonly number[], size: UnfoldSize): PetriPlace[] {
  const nodes = place.owner === 'node' ? range(size.validators) : [0];
  const ofEpochs = place.colours.includes('epoch') ? epochs : [0];
  const values = place.byValue ? range(size.values) : [0];
  return nodes.flatMap((node) =>
    ofEpochs.flatMap((epoch) =>
      values.map((value) => {
        const id = placeId(place, node, epoch, value, size);
        const isFirst = !place.colours.includes('epoch') || epoch === epochs[0];
        const initial = place.initial === 'every' || (place.initial === 'first' && isFirst) ? 1 : 0;
        return { id, name: id, initial };
      }),
    ),
  );
}

function* instances(
  transition: FoldedTransition,
  epochs: readonly number[],
  size: UnfoldSize,
  firstEpoch: number,
): Generator<Instance> {
  const { take, test, put, inhibit } = transition;
  const arcs = [...take, ...test, ...put, ...inhibit];
  const usesValue = arcs.some(({ place, isOwn }) => place.byValue && !isOwn);
  const isAboutSelf = arcs.some(({ isOwn }) => isOwn);
  const moving = [...take, ...test, ...inhibit].filter((arc) => arc.epoch !== 'same');
  for (const node of range(size.validators)) {
    // The values stand for the first nodes where they are nodes: of the others nothing can be said.
    if (isAboutSelf && node >= size.values) continue;
    for (const epoch of epochs) {
      if (!fitsEpoch(transition.epochs, firstEpoch, epoch)) continue;
      for (const value of usesValue ? range(size.values) : [0]) {
        let choices: ReadonlyMap<FoldedArc, number>[] = [new Map()];
        for (const arc of moving) {
          const from = epochs.filter((other) => reaches(arc, other, epoch));
          choices = choices.flatMap((chosen) => from.map((other) => new Map([...chosen, [arc, other]])));
        }
        for (const moves of choices) yield { transition, node, epoch, value, moves };
      }
    }
  }
}

function reaches({ epoch: mode }: FoldedArc, from: number, epoch: number): boolean {
  if (mode === 'lower') return from < epoch;
  if (mode === 'from') return from >= epoch;
  return mode === 'any' || from <= epoch;
}

function arcsOf({ transition, node, epoch, value, moves }: Instance, id: string, size: UnfoldSize): PetriArc[] {
  const inputs = new Map<string, number>();
  const outputs = new Map<string, number>();
  const add = (map: Map<string, number>, arc: FoldedArc): void => {
    const place = placeId(arc.place, node, moves.get(arc) ?? epoch, arc.isOwn ? node : value, size);
    map.set(place, (map.get(place) ?? 0) + weightOf(arc.weight, size));
  };
  for (const arc of transition.take) add(inputs, arc);
  for (const arc of transition.test) {
    add(inputs, arc);
    add(outputs, arc);
  }
  for (const arc of transition.put) add(outputs, arc);
  return [
    ...[...inputs].map(([place, weight]): PetriArc => ({ from: place, to: id, weight, kind: 'normal' })),
    ...[...outputs].map(([place, weight]): PetriArc => ({ from: id, to: place, weight, kind: 'normal' })),
    ...transition.inhibit.map((arc): PetriArc => {
      const from = placeId(arc.place, node, moves.get(arc) ?? epoch, arc.isOwn ? node : value, size);
      return { from, to: id, weight: weightOf(arc.weight, size), kind: 'inhibitor' };
    }),
  ];
}

function weightOf(weight: NetWeight, { validators, quorum }: UnfoldSize): number {
  if (typeof weight === 'number') return weight;
  if (weight === 'quorum') return quorum;
  if (weight === 'quorum-1') return quorum - 1;
  return countOf(weight, validators);
}

/** `prepared.v2.e0.a`: place, node, epoch, value; what there is only one of is left out. */
function placeId(
  { id, owner, colours, byValue }: FoldedPlace,
  node: number,
  epoch: number,
  value: number,
  size: UnfoldSize,
): string {
  const parts = [id];
  if (owner === 'node') parts.push(`v${node}`);
  if (colours.includes('epoch') && size.epochs > 1) parts.push(`e${epoch}`);
  if (byValue && size.values > 1) parts.push(valueName(value));
  return parts.join('.');
}

function transitionId({ transition, node, epoch, value, moves }: Instance, size: UnfoldSize): string {
  const parts = [transition.id, `v${node}`];
  if (size.epochs > 1) {
    parts.push(`e${epoch}`);
    for (const from of moves.values()) parts.push(`from-e${from}`);
  }
  const arcs = [...transition.take, ...transition.test, ...transition.put];
  const usesValue = arcs.some(({ place, isOwn }) => place.byValue && !isOwn);
  if (usesValue && size.values > 1) parts.push(valueName(value));
  return parts.join('.');
}

/** a, b, …, z, then a1, b1, … */
function valueName(value: number): string {
  const round = Math.floor(value / 26);
  return `${String.fromCharCode(97 + (value % 26))}${round === 0 ? '' : round}`;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Thresholds that follow from the number of members alone. */
export function countOf(weight: Exclude<NetWeight, number | 'quorum' | 'quorum-1'>, members: number): number {
  switch (weight) {
    case 'one-correct':
      return oneCorrect(members);
    case 'all-correct':
      return awaitable(members);
    case 'fast-quorum':
      return fastQuorumSize(members);
    case 'majority':
      return majority(members);
  }
}
