import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../core/encoding.ts';
import { hotstuff } from './index.ts';
import { type Message, parseMessage } from './messages.ts';
import { embedded, MESSAGE_TYPES, meta, statement } from './signing.ts';
import { createNetwork } from './testing/harness.ts';

/** Every kind of message of both forms, as sent in small runs with a dead leader and lost proposals. */
function everyKind(): Map<string, Message> {
  const kinds = new Map<string, Message>();
  for (const mode of ['basic', 'chained'] as const) {
    const network = createNetwork({
      n: 4,
      config: { mode, blockTimeMs: 0, viewChangeTimeoutMs: 100, statusPeriodMs: 100 },
      route: ({ to, message }, now) => (message.type === 'proposal' && to === 0 && now < 150_000 ? [] : [10_000]),
    });
    network.start().submit(0, 5);
    network.run(1_000_000);
    for (const { message } of network.sent) kinds.set(message.type, message);
  }
  return kinds;
}

const KINDS = everyKind();

describe('messages', () => {
  it('are all there but the client’s', () => {
    expect([...KINDS.keys(), 'submit'].sort()).toEqual([...MESSAGE_TYPES].sort());
  });

  it('survive the wire as they are', () => {
    for (const message of KINDS.values()) expect(parseMessage(decode(encode(message)))).toEqual(message);
  });

  it('are refused with a key too many, one missing, or a value of another kind', () => {
    for (const message of KINDS.values()) {
      expect(parseMessage({ ...message, more: 1 }), message.type).toBeNull();
      for (const key of Object.keys(message)) {
        const { [key as keyof Message]: _, ...rest } = message;
        expect(parseMessage(rest), `${message.type} without ${key}`).toBeNull();
        for (const bad of ['x', -1, 1.5, {}, Number.NaN]) {
          expect(parseMessage({ ...message, [key]: bad }), `${message.type}.${key} = ${String(bad)}`).toBeNull();
        }
      }
    }
    for (const value of [null, undefined, 1, 'vote', [], {}, { type: 'vote' }, { type: 'nonsense' }]) {
      expect(parseMessage(value)).toBeNull();
    }
  });

  it('are signed as different statements: type and view are part of each', () => {
    const said = [...KINDS.values()].map((message) => JSON.stringify(statement(message)));
    expect(new Set(said).size).toBe(KINDS.size);
    const vote = KINDS.get('vote');
    if (vote?.type !== 'vote') throw new Error('no vote');
    const changed = [
      { ...vote, view: vote.view + 1 },
      { ...vote, height: vote.height + 1 },
    ];
    for (const other of changed) expect(statement(other)).not.toEqual(statement(vote));
  });

  it('show their place in the trace, and every signature inside them', () => {
    for (const message of KINDS.values()) {
      const { type, slot, epoch } = meta(message);
      expect(hotstuff.declaration.messages[type]?.type).toBe(message.type);
      expect(Number.isInteger(slot) && Number.isInteger(epoch)).toBe(true);
    }
    const proposal = KINDS.get('proposal');
    if (proposal?.type !== 'proposal') throw new Error('no proposal');
    expect(embedded(proposal)).toHaveLength((proposal.justify?.votes.length ?? 0) + proposal.block.batches.length);
  });
});

describe('configuration', () => {
  it('has defaults, and names what is wrong', () => {
    const parsed = hotstuff.parseConfig({});
    expect('config' in parsed && parsed.config.mode).toBe('chained');
    const refused = hotstuff.parseConfig({ mode: 'fast', blockTimeMs: -1, colour: 'red' });
    expect('problems' in refused && refused.problems.map(({ path }) => path)).toEqual([
      'colour',
      'mode',
      'blockTimeMs',
    ]);
  });
});
