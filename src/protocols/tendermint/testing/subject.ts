/** One validator alone, v3 of four, told what the others say: for tests of single rules. */
import { buildBlock } from '../../../ledger/block.ts';
import type { Block } from '../../../ledger/types.ts';
import { blockRules } from '../../common/blocks.ts';
import { NIL, NO_ROUND, type Proposal, type Vote } from '../messages.ts';
import { precommitMessage, prevoteMessage } from '../signing.ts';
import type { State, Timer } from '../state.ts';
import { Cluster } from './cluster.ts';

export const SELF = 3;

export class Subject {
  readonly cluster: Cluster;

  constructor(options: { readonly stakes?: readonly number[]; readonly mutant?: string } = {}) {
    const n = options.stakes?.length ?? 4;
    this.cluster = new Cluster({ n, route: () => [], ...options }).start().run(1);
  }

  get state(): State {
    return this.cluster.state(SELF);
  }

  /** A new block of a round of height 1, whose proposer at equal powers is v(round). */
  block(round: number): Block {
    const ctx = this.cluster.contexts[SELF];
    if (ctx === undefined) throw new Error('no context');
    const { tip, ledger, pool } = this.state;
    const header = { height: 1, parent: tip, proposer: round % 4, epoch: round, validators: null };
    return buildBlock(ledger, pool, header, blockRules(ctx));
  }

  propose(round: number, block: Block = this.block(round), validRound = NO_ROUND): void {
    const message: Proposal = { type: 'proposal', height: 1, round, validRound, block };
    this.cluster.give(SELF, round % 4, message);
  }

  prevotes(round: number, digest: string, from: readonly number[]): void {
    for (const voter of from) this.cluster.give(SELF, voter, prevoteMessage(1, round, digest));
  }

  precommits(round: number, digest: string, from: readonly number[]): void {
    for (const voter of from) this.cluster.give(SELF, voter, precommitMessage(1, round, digest));
  }

  /** Its own votes so far: `prevote 0 nil`, the digest shortened to six digits. */
  votes(): string[] {
    return this.cluster.sent
      .filter(({ from, message }) => from === SELF && (message.type === 'prevote' || message.type === 'precommit'))
      .map(({ message }) => nameOf(message as Vote));
  }

  notes(): readonly string[] {
    return this.cluster.notes[SELF] ?? [];
  }

  /** How often a rule fired, by the beginning of its note. */
  fired(rule: string): number {
    return this.notes().filter((note) => note.startsWith(rule)).length;
  }

  /** Of the timer of this kind: its round, and when it is due from now, ms. */
  timer(kind: Timer['kind']): { readonly round: number; readonly afterMs: number } | null {
    const armed = this.cluster.timers[SELF]?.get(kind);
    if (armed === undefined) return null;
    const round = 'round' in armed.timer ? armed.timer.round : NO_ROUND;
    return { round, afterMs: (armed.due - this.cluster.now) / 1000 };
  }

  fire(kind: Timer['kind']): void {
    this.cluster.fire(SELF, kind);
  }

  /** Through a round in which nothing happens: nil from everyone, and the timeout of line 65. */
  passRound(round: number): void {
    if (this.state.step === 'propose') this.fire('propose');
    this.prevotes(round, NIL, [0, 1]);
    this.precommits(round, NIL, [0, 1]);
    this.fire('precommit');
  }
}

export function nameOf({ type, round, digest }: Pick<Vote, 'type' | 'round' | 'digest'>): string {
  return `${type} ${round} ${digest === NIL ? 'nil' : digest.slice(0, 6)}`;
}
