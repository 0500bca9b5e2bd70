/** A Raft cluster for the tests of this folder: logs written by hand, elections on demand. */
import { assembleBlock } from '../../../ledger/block.ts';
import { createLedger } from '../../../ledger/ledger.ts';
import { type NetworkOptions, TestNetwork } from '../../common/testing/network.ts';
import type { RaftConfig } from '../config.ts';
import { raft } from '../index.ts';
import { lastDigest, lastIndex } from '../log.ts';
import type { Message } from '../messages.ts';
import type { Durable, State, Timer } from '../state.ts';

export class Cluster extends TestNetwork<State, Message, Timer, Durable, RaftConfig> {
  constructor(options: NetworkOptions<Message>) {
    super(raft, { describe: describeMessage, ...options });
  }

  /** Makes a server's log one entry of each of these terms, as if it had been written before the test began. */
  writeLog(node: number, terms: readonly number[]): void {
    const state = this.state(node);
    for (const epoch of terms) {
      const header = {
        height: lastIndex(state.log) + 1,
        parent: lastDigest(state.log),
        proposer: 0,
        epoch,
        validators: null,
      };
      const ledger = createLedger({ accountCount: 8, initialBalance: 1000 }, 1);
      const block = assembleBlock(ledger, [], header, { validatorCount: this.options.n, maxTransfers: 10 });
      const entry = { block, configuration: null };
      this.disks[node]?.push({ kind: 'entries', index: block.height, entries: [entry] });
      state.log.entries.push(entry);
    }
  }

  setTerm(node: number, term: number): void {
    this.state(node).term = term;
    this.disks[node]?.push({ kind: 'term', term, votedFor: null });
  }

  /** Terms of a server's log, oldest first. */
  terms(node: number): number[] {
    return this.state(node).log.entries.map(({ block }) => block.epoch);
  }

  leader(): number | null {
    const leaders = this.states.filter(({ role, self }) => role === 'leader' && this.alive[self]);
    return leaders.sort((a, b) => b.term - a.term)[0]?.self ?? null;
  }

  /** Runs until somebody leads, and answers who. */
  elect(within = 20_000_000): number {
    this.run(this.now + within, () => this.leader() !== null);
    const leader = this.leader();
    if (leader === null) throw new Error('nobody was elected');
    return leader;
  }

  heights(): number[] {
    return this.states.map(({ applied }) => applied);
  }
}

/** Null for what would fill a story without telling anything. */
function describeMessage(message: Message): string | null {
  switch (message.type) {
    case 'append': {
      const { term, entries, prevIndex, prevTerm, commit } = message;
      const what = entries.map(
        ({ block, configuration }) => `${block.height}/${block.epoch}${configuration === null ? '' : ' members'}`,
      );
      return `APPEND term ${term}: ${what.join(' ')} after ${prevIndex}/${prevTerm}, committed ${commit}`;
    }
    case 'append-reply':
      return message.round > 0 ? null : `ACK up to ${message.index}`;
    case 'append-refusal':
      return `MISMATCH term ${message.term}: not after ${message.prevIndex}, try ${message.index} (term ${message.conflictTerm})`;
    case 'pre-vote':
    case 'request-vote':
      return `${message.type.toUpperCase()} term ${message.term}, log ends at ${message.lastIndex}/${message.lastTerm}`;
    case 'pre-vote-reply':
      return `PRE-VOTE ${message.isGranted ? 'granted' : 'refused'} for term ${message.term}`;
    case 'vote':
    case 'vote-refusal':
      return `${message.type.toUpperCase()} term ${message.term}`;
    case 'install-snapshot':
      return `SNAPSHOT up to ${message.snapshot.index}/${message.snapshot.block.epoch}`;
    case 'timeout-now':
      return 'TIMEOUT-NOW';
    default:
      return null;
  }
}
