/** The Byzantine side of a node: which behaviours are on, what it overheard, and who hears which of two twins. */
import type { NodeIndex } from '../../core/ids.ts';
import { draw, PURPOSE, type StreamKey, scale, streamKey } from '../../core/prng.ts';
import type { NodeContext } from '../../protocols/protocol.ts';
import type { Envelope } from '../envelope.ts';
import type { FaultPlan } from '../plan.ts';
import { type AdversaryMemory, changed, misbehave, type Outgoing, EVERYONE, overhear } from './adversary.ts';
import type { Message } from './machines.ts';
import type { World } from './world.ts';

type ByzantineFault = Extract<FaultPlan, { readonly kind: 'byzantine' }>;

/** Plain data: all a snapshot needs. */
export interface TraitorSnapshot {
  readonly faults: readonly ByzantineFault[];
  readonly memory: AdversaryMemory;
}

/** Order of behaviours in state records. Never renumber. */
export const BEHAVIOUR_CODES = [
  'silent',
  'selective',
  'equivocate',
  'double-vote',
  'forged-sender',
  'corrupt',
  'replay',
  'withhold',
  'duplicate-votes',
  'transplant',
  'inflate-certificate',
  'twins',
] as const;

const FIRST_ONLY = [0] as const;
const SECOND_ONLY = [1] as const;

export class Traitor {
  readonly #world: World;
  readonly #self: NodeIndex;
  readonly #key: StreamKey;
  #faults: ByzantineFault[] = [];
  #memory: AdversaryMemory = { drawn: 0, heard: [] };

  constructor(world: World, self: NodeIndex) {
    this.#world = world;
    this.#self = self;
    this.#key = streamKey(world.plan.seed, PURPOSE.adversary, self);
  }

  get active(): boolean {
    return this.#faults.length > 0;
  }

  /** Code of the behaviour that began last, counted from 1; 0 when the node is correct. */
  get code(): number {
    if (this.#faults.length === 0) return 0;
    const last = this.#faults.at(-1);
    return last === undefined ? 0 : BEHAVIOUR_CODES.indexOf(last.behaviour) + 1;
  }

  begin(fault: ByzantineFault): void {
    this.#faults.push(fault);
  }

  end(id: string): void {
    this.#faults = this.#faults.filter((fault) => fault.id !== id);
    if (this.#faults.length === 0) this.#memory.heard = [];
  }

  overhear(envelope: Envelope, message: Message): void {
    if (!this.active) return;
    const { bytes, signature, claimedFrom } = envelope;
    overhear(this.#memory, { message, bytes, signature, claimedFrom });
  }

  /** Which of its machines hear a message: with twins, each peer talks to one of them, clients to both in turn. */
  audience(from: NodeIndex, sequence: number, sideCount: number): readonly number[] {
    if (sideCount < 2) return FIRST_ONLY;
    const twins = this.#twins();
    if (twins === undefined) return FIRST_ONLY;
    if (from >= this.#world.plan.validators.length) return sequence % 2 === 0 ? FIRST_ONLY : SECOND_ONLY;
    return this.#hearsFirst(twins, from) ? FIRST_ONLY : SECOND_ONLY;
  }

  /** Everything that leaves instead of `items`. */
  transform(
    items: readonly Outgoing[],
    side: number,
    state: unknown,
    ctx: NodeContext<unknown, Message>,
    signOwn: (to: NodeIndex, message: Message) => Outgoing,
  ): readonly Outgoing[] {
    let current: readonly Outgoing[] = items;
    for (const fault of this.#faults) {
      if (fault.behaviour === 'twins') {
        current = this.#toOwnAudience(current, side, fault);
        continue;
      }
      current = misbehave(fault.behaviour, fault.types, current, {
        self: this.#self,
        validatorCount: ctx.validatorCount,
        protocol: this.#world.protocol,
        ctx: ctx as NodeContext<unknown, unknown>,
        state,
        peers: fault.peers,
        signOwn,
        draw: (bound: number) => scale(draw(this.#key, this.#memory.drawn++), bound),
        memory: this.#memory,
      });
    }
    return current;
  }

  capture(): TraitorSnapshot {
    return { faults: this.#faults, memory: this.#memory };
  }

  restore(snapshot: TraitorSnapshot): void {
    this.#faults = [...snapshot.faults];
    this.#memory = snapshot.memory;
  }

  #twins(): ByzantineFault | undefined {
    return this.#faults.find((fault) => fault.behaviour === 'twins');
  }

  #hearsFirst(fault: ByzantineFault, peer: NodeIndex): boolean {
    return fault.peers === null ? peer % 2 === this.#self % 2 : fault.peers.includes(peer);
  }

  /** Each twin speaks to its own peers only. */
  #toOwnAudience(items: readonly Outgoing[], side: number, fault: ByzantineFault): Outgoing[] {
    const hears = (to: NodeIndex): boolean => this.#hearsFirst(fault, to) === (side === 0);
    return items.flatMap((item) => {
      if (item.to !== EVERYONE) return hears(item.to) ? [item] : [];
      const copies: Outgoing[] = [];
      for (let to = 0; to < this.#world.plan.validators.length; to++) {
        if (to !== this.#self && hears(to)) copies.push(changed(item, { to }));
      }
      return copies;
    });
  }
}
