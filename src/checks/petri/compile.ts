/** A declared net made ready for replay: places by position, transitions by the event that fires them. */
import { required } from '../../core/assert.ts';
import type { NetArc, NetDeclaration, NetLabel, NetPlace, NetTransition, NetWeight } from '../../protocols/net.ts';

export interface FoldedPlace extends NetPlace {
  readonly index: number;
  /** Holds one token an owner, which moves between epochs. */
  readonly isPosition: boolean;
  readonly bySlot: boolean;
  readonly byEpoch: boolean;
  readonly byValue: boolean;
  /** Its values are nodes. */
  readonly isAboutNodes: boolean;
}

export interface FoldedArc {
  readonly place: FoldedPlace;
  readonly weight: NetWeight;
  readonly epoch: NonNullable<NetArc['epoch']>;
  /** The token is about the acting node. */
  readonly isOwn: boolean;
}

export interface FoldedTransition extends Omit<NetTransition, 'take' | 'test' | 'put' | 'inhibit'> {
  readonly take: readonly FoldedArc[];
  readonly test: readonly FoldedArc[];
  readonly put: readonly FoldedArc[];
  readonly inhibit: readonly FoldedArc[];
  /** False where nothing about it is of one slot: saying the same for another slot is nothing new. */
  readonly isOfSlot: boolean;
}

export interface FoldedNet {
  readonly declaration: NetDeclaration;
  readonly places: readonly FoldedPlace[];
  readonly transitions: readonly FoldedTransition[];
  /** By `labelKey`, in the order of declaration. */
  readonly byLabel: ReadonlyMap<string, readonly FoldedTransition[]>;
}

/** Text that tells labels apart: `send prepare`, `decide`, `state phase commit`. */
export function labelKey(label: NetLabel): string {
  switch (label.kind) {
    case 'send':
      return `send ${label.type}`;
    case 'decide':
      return 'decide';
    case 'state':
      return `state ${label.field} ${label.value}`;
  }
}

/** @throws {InvariantError} when an arc names no declared place: a mistake in the protocol's folder. */
export function foldNet(declaration: NetDeclaration): FoldedNet {
  const moving = new Set<string>();
  const aboutNodes = new Set<string>();
  for (const { take, test = [], put, inhibit = [] } of declaration.transitions) {
    for (const arc of [...take, ...test, ...inhibit]) if (isMove(arc)) moving.add(arc.place);
    for (const arc of [...take, ...test, ...put, ...inhibit]) if (arc.about === 'self') aboutNodes.add(arc.place);
  }
  const places = declaration.places.map(
    (place, index): FoldedPlace => ({
      ...place,
      index,
      isPosition: moving.has(place.id),
      bySlot: place.colours.includes('slot'),
      byEpoch: place.colours.includes('epoch') && !moving.has(place.id),
      byValue: place.colours.includes('value'),
      isAboutNodes: aboutNodes.has(place.id),
    }),
  );
  const fold = ({ place, weight = 1, epoch = 'same', about }: NetArc): FoldedArc => ({
    place: required(
      places.find(({ id }) => id === place),
      `place ${place} of the declared net`,
    ),
    weight,
    epoch,
    isOwn: about === 'self',
  });
  const transitions = declaration.transitions.map(
    ({ take, test = [], put, inhibit = [], ...rest }): FoldedTransition => {
      const arcs = { take: take.map(fold), test: test.map(fold), put: put.map(fold), inhibit: inhibit.map(fold) };
      const touchesSlot = Object.values(arcs).some((each) => each.some(({ place }) => place.bySlot));
      const isOfSlot = touchesSlot || declaration.slots === 'sequence' || rest.on.kind === 'decide';
      return { ...rest, ...arcs, isOfSlot };
    },
  );
  const byLabel = new Map<string, FoldedTransition[]>();
  for (const transition of transitions) {
    const key = labelKey(transition.on);
    byLabel.set(key, [...(byLabel.get(key) ?? []), transition]);
  }
  return { declaration, places, transitions, byLabel };
}

/** Whether the arc makes its place a position. */
function isMove({ epoch = 'same' }: NetArc): boolean {
  return epoch !== 'same' && epoch !== 'from';
}

/** Whether a transition is meant for events of this epoch and value. */
export function fits({ epochs, value }: FoldedTransition, firstEpoch: number, epoch: number, digest: string): boolean {
  if (!fitsEpoch(epochs, firstEpoch, epoch)) return false;
  return value === undefined || (value === 'some') === (digest !== '');
}

export function fitsEpoch(epochs: NetTransition['epochs'], firstEpoch: number, epoch: number): boolean {
  if (epochs === undefined) return true;
  return epochs === 'first' ? epoch === firstEpoch : epoch > firstEpoch;
}
