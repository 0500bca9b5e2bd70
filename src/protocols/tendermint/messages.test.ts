/** What comes over the wire: shapes, statements, certificates, evidence. */
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../core/encoding.ts';
import { adversary } from './adversary.ts';
import { parseConfig } from './config.ts';
import { tendermint } from './index.ts';
import { type Message, NIL, type Polka, parseMessage } from './messages.ts';
import { REFUSED, verifyCertificate } from './rules.ts';
import { digestOf, embedded, meta, precommitMessage, prevoteMessage, statement } from './signing.ts';
import { addVote, createTally, openSet, powerFor, voteOf } from './tally.ts';
import { SELF, Subject } from './testing/subject.ts';

const DIGEST = 'ab'.repeat(32);
const ref = (signer: number) => ({ signer, signature: new Uint8Array(8).fill(signer) });

function samples(): Message[] {
  const subject = new Subject();
  const block = subject.block(0);
  return [
    { type: 'proposal', height: 1, round: 0, validRound: -1, block },
    { type: 'proposal', height: 1, round: 2, validRound: 0, block },
    prevoteMessage(1, 0, DIGEST),
    precommitMessage(1, 3, NIL),
    { type: 'polka', height: 1, round: 0, digest: DIGEST, votes: [ref(0), ref(1)] },
    { type: 'heartbeat', height: 1, round: 0, step: 'prevote', validRound: -1, beat: 4 },
    { type: 'sync-request', height: 1 },
    { type: 'sync-response', entries: [{ block, round: 1, votes: [ref(2)] }] },
  ];
}

describe('messages', () => {
  it('survive the wire, and every changed key is refused', () => {
    for (const message of samples()) {
      expect(parseMessage(decode(encode(message)))).toEqual(message);
      for (const key of Object.keys(message)) {
        expect(parseMessage({ ...message, [key]: undefined }), `${message.type}.${key}`).toBeNull();
        const { [key]: _, ...rest } = message as unknown as Record<string, unknown>;
        expect(parseMessage(rest), `${message.type} without ${key}`).toBeNull();
      }
      expect(parseMessage({ ...message, more: 1 })).toBeNull();
    }
  });

  it('that make no sense are refused', () => {
    const [fresh, again] = samples();
    const bad: unknown[] = [
      null,
      7,
      { type: 'nonsense' },
      { ...fresh, height: 0 },
      { ...fresh, height: 2 },
      { ...fresh, round: -1 },
      { ...again, validRound: 2 },
      { ...again, validRound: -2 },
      { ...prevoteMessage(1, 0, DIGEST), digest: DIGEST.toUpperCase() },
      { ...prevoteMessage(1, 0, DIGEST), digest: null },
      { ...prevoteMessage(1, 0, DIGEST), round: 0.5 },
      { type: 'polka', height: 1, round: 0, digest: NIL, votes: [] },
      { type: 'heartbeat', height: 1, round: 0, step: 'commit', validRound: -1, beat: 0 },
      { type: 'sync-response', entries: new Array(65).fill(null) },
    ];
    for (const value of bad) expect(parseMessage(value)).toBeNull();
  });

  it('sign type, height and round; a proposal also its valid round', () => {
    const all = [
      ...samples(),
      prevoteMessage(1, 0, NIL),
      prevoteMessage(2, 0, DIGEST),
      prevoteMessage(1, 1, DIGEST),
      precommitMessage(1, 0, DIGEST),
    ].map((message) => JSON.stringify([...encode(statement(message, null))]));
    expect(new Set(all).size).toBe(all.length);
    const vote = statement(prevoteMessage(1, 0, DIGEST), 'no-domain-separation');
    expect(vote).toEqual(statement(precommitMessage(3, 2, DIGEST), 'no-domain-separation'));
  });

  it('tell height, round and block, and what travels inside them', () => {
    const [fresh, , , nil, polka, , , sync] = samples() as [
      Message,
      Message,
      Message,
      Message,
      Message,
      Message,
      Message,
      Message,
    ];
    expect(meta(fresh)).toMatchObject({ slot: 1, epoch: 0, digest: digestOf(fresh) });
    expect(meta(nil)).toMatchObject({ slot: 1, epoch: 3, digest: '' });
    expect(embedded(polka).map(({ message }) => message)).toEqual([
      prevoteMessage(1, 0, DIGEST),
      prevoteMessage(1, 0, DIGEST),
    ]);
    expect(embedded(sync).map(({ message }) => message.type)).toEqual(['precommit']);
  });
});

describe('certificates', () => {
  const powers = [1, 1, 1, 4, 4];
  const vote = precommitMessage(1, 0, DIGEST);
  const check = (signers: readonly number[], mutant: string | null = null, isGenuine = true) => {
    const subject = new Subject();
    const ctx = subject.cluster.contexts[SELF];
    if (ctx === undefined) throw new Error('no context');
    const verify = () => isGenuine;
    return verifyCertificate(vote, signers.map(ref), 8, powers, { ...ctx, mutant, verify });
  };

  it('prove by power, not by number', () => {
    expect(check([3, 4])).toBeNull();
    expect(check([0, 1, 2, 3])).toBe(REFUSED.few);
    expect(check([3, 3])).toBe(REFUSED.repeated);
    expect(check([3, 4, 5])).toBe(REFUSED.unknown);
    expect(check([3, 4], null, false)).toBe(REFUSED.forged);
    expect([check([3, 3], 'votes-not-distinct'), check([3, 4], 'unverified', false)]).toEqual([null, null]);
  });

  it('a polka that proves nothing changes nothing', () => {
    const subject = new Subject();
    const polka: Polka = { type: 'polka', height: 1, round: 0, digest: DIGEST, votes: [ref(0), ref(1)] };
    subject.cluster.give(SELF, 1, polka);
    subject.cluster.give(SELF, 1, { ...polka, votes: [ref(0), ref(1), ref(1)] });
    expect(powerFor(subject.state.rounds.get(0)?.prevotes ?? createTally(4), DIGEST)).toBe(0);
    expect(subject.notes()).toContain(REFUSED.few);
    expect(subject.notes()).toContain(REFUSED.repeated);
  });
});

describe('tallies', () => {
  it('count a voter once a block; a second vote counts only where somebody else voted first', () => {
    const tally = createTally(4);
    expect(addVote(tally, ref(0), 'a', 5, true)).toBe('counted');
    expect(addVote(tally, ref(0), 'a', 5, true)).toBe('repeated');
    expect(addVote(tally, ref(0), 'b', 5, true)).toBe('conflicting');
    expect([powerFor(tally, 'a'), powerFor(tally, 'b'), tally.heard, tally.sets.length]).toEqual([5, 0, 5, 1]);
    addVote(tally, ref(1), 'b', 2, true);
    for (let i = 0; i < 2; i++) expect(addVote(tally, ref(0), 'b', 5, true)).toBe('conflicting');
    expect([powerFor(tally, 'b'), tally.heard]).toEqual([7, 7]);
    expect(voteOf(tally, 0)).toMatchObject({ digest: 'a' });
    expect(voteOf(tally, 2)).toBeNull();
    openSet(tally, 'c');
    addVote(tally, ref(1), 'c', 2, true);
    expect(powerFor(tally, 'c')).toBe(2);
  });

  it('count messages where the mutant says so', () => {
    const tally = createTally(4);
    for (let i = 0; i < 3; i++) addVote(tally, ref(0), 'a', 1, false);
    expect(powerFor(tally, 'a')).toBe(3);
  });
});

describe('a traitor', () => {
  it('can contradict what it says, and what it says instead is well-formed', () => {
    const subject = new Subject();
    const { cluster, state } = subject;
    const ctx = cluster.contexts[SELF];
    if (ctx === undefined) throw new Error('no context');
    cluster.submit(0, 5);
    subject.propose(0);
    const block = subject.block(0);
    const digest = digestOf({ type: 'proposal', height: 1, round: 0, validRound: -1, block });
    for (const message of [
      prevoteMessage(1, 0, digest),
      prevoteMessage(1, 0, NIL),
      { type: 'proposal', height: 1, round: 0, validRound: -1, block } as const,
      { type: 'heartbeat', height: 1, round: 1, step: 'propose', validRound: 0, beat: 0 } as const,
    ]) {
      const other = adversary.conflicting(message, state, ctx);
      expect(parseMessage(other), message.type).toEqual(other);
      expect(other).not.toEqual(message);
    }
    expect(adversary.forgeries(prevoteMessage(1, 0, digest), ctx)).toHaveLength(6);
    const stolen = { message: prevoteMessage(1, 0, digest), proof: ref(1) };
    expect(adversary.transplant(stolen, ctx)).toEqual(precommitMessage(1, 0, digest));
    expect(adversary.transplant({ ...stolen, message: prevoteMessage(1, 0, NIL) }, ctx)).toBeNull();
    const polka: Message = { type: 'polka', height: 1, round: 0, digest, votes: [ref(0), ref(1)] };
    expect(adversary.inflate(polka, ctx)).toMatchObject({ votes: [ref(0), ref(0)] });
  });
});

describe('configuration', () => {
  it('names what is wrong, and bounds progress only where timeouts can get long enough', () => {
    expect(parseConfig({ timeoutProposeMs: 0, colour: 1 })).toMatchObject({
      problems: [{ path: 'colour' }, { path: 'timeoutProposeMs' }],
    });
    const network = { deltaMicros: 100_000, validatorCount: 4, stepMicros: 0 };
    const boundOf = (raw: Record<string, unknown>): number => {
      const parsed = parseConfig(raw);
      return 'config' in parsed ? tendermint.livenessBound(parsed.config, network) : Number.NaN;
    };
    const usual = boundOf({});
    expect(usual).toBeGreaterThan(10_000_000);
    expect(usual).toBeLessThan(120_000_000);
    expect(boundOf({ timeoutPrevoteMs: 10, timeoutPrevoteIncrementMs: 0 })).toBe(Number.POSITIVE_INFINITY);
    expect(boundOf({ blockTimeMs: 61_000 })).toBe(usual + 60_000_000);
  });
});
