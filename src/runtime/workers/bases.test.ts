/** Bases that cross as names: what arrives is what was sent, and hardly a byte crosses twice. */
import { describe, expect, it } from 'vitest';
import type { HostSnapshot } from '../../kernel/host/snapshot.ts';
import { type NodeState, unpackHosts } from '../hosts.ts';
import { type Base, BaseHere, baseOf, type BaseTag, receiveBase, type SentBase } from './bases.ts';

const signature = (seed: number): Uint8Array => Uint8Array.from({ length: 400 }, (_, i) => (31 * seed + i * i) % 256);

/** Node 4 holds these, as node 5 does, and a number that changes. */
function statesOf(signatures: readonly Uint8Array[], height: number): NodeState[] {
  return [4, 5].map((node) => {
    const disk = signatures.map((bytes, signer) => ({ signer, bytes, height }));
    return { node, snapshot: { disk } as unknown as HostSnapshot };
  });
}

/** Both ends; envelope 70 + i crossed in window i. */
function ends() {
  const crossed = [1, 2, 3].map(signature);
  const here = new BaseHere();
  const nameOf = (bytes: Uint8Array, since: number): number | undefined => {
    const window = crossed.indexOf(bytes);
    return window > since ? 70 + window : undefined;
  };
  const send = (held: readonly NodeState[], tag: BaseTag): SentBase => structuredClone(here.send(held, tag, nameOf));
  const asked: number[] = [];
  const receive = (sent: SentBase, tag: BaseTag, before: Base | null): Base =>
    receiveBase(sent, tag, before, (name) => {
      asked.push(name);
      return (crossed[name - 70] as Uint8Array).slice();
    });
  return { here, crossed, send, receive, asked };
}

const states = (base: Base): NodeState[] => unpackHosts(base.hosts);
const FIRST: BaseTag = { known: null, next: 1, since: -1 };

describe('a base', () => {
  it('names what crossed, carries the rest, and has each once however many nodes have it', () => {
    const { crossed, send, receive, asked } = ends();
    const own = signature(9);
    const sent = send(statesOf([...crossed, own, own], 1), FIRST);
    expect(sent.carried).toEqual([own]);
    const base = receive(sent, FIRST, null);
    expect(asked).toEqual([70, 71, 72]);
    expect(states(base)).toEqual(statesOf([...crossed, own, own], 1));
    expect(base.blobs).toHaveLength(4);
    expect(base.hosts[0]?.blobs[1]).toBe(base.hosts[1]?.blobs[1]);
  });

  it('carries nothing that was in the one before', () => {
    const { crossed, send, receive, asked } = ends();
    const own = [...crossed, signature(9)];
    const base = receive(send(statesOf(own, 1), FIRST), FIRST, null);
    asked.length = 0;
    const tag = { known: 1, next: 2, since: 2 };
    const fresh = signature(10);
    const sent = send(statesOf([fresh, ...own.slice(1)], 2), tag);
    expect(sent.carried).toEqual([fresh]);
    const second = receive(sent, tag, base);
    expect(asked).toEqual([]);
    expect(states(second)).toEqual(statesOf([fresh, ...own.slice(1)], 2));
    expect(second.blobs[1]).toBe(base.blobs[1]);
  });

  it('names nothing of the one before when the conductor has another', () => {
    const { crossed, send, receive } = ends();
    const own = [...crossed, signature(9)];
    const base = receive(send(statesOf(own, 1), FIRST), FIRST, null);
    for (const known of [null, 7]) {
      const tag = { known, next: 8, since: 0 };
      const sent = send(statesOf(own, 2), tag);
      // Of the envelopes, the conductor still knows those after window 0.
      expect(sent.carried).toEqual([own[0], own[3]]);
      expect(states(receive(sent, tag, base))).toEqual(statesOf(own, 2));
    }
  });

  it('that came from the conductor is one both have', () => {
    const { here, crossed, send, receive } = ends();
    const base = receive(send(statesOf(crossed, 1), FIRST), FIRST, null);
    const start = { ...baseOf(base.hosts, 5) };
    const taken = here.take(structuredClone({ number: 5, hosts: start.hosts }));
    expect(taken).toEqual(statesOf(crossed, 1));
    const tag = { known: 5, next: 6, since: 9 };
    const sent = send(taken, tag);
    expect(sent.carried).toEqual([]);
    expect(states(receive(sent, tag, start))).toEqual(taken);
  });
});

describe('a name that stands for nothing', () => {
  it('is a bug of ours', () => {
    const { crossed, send, receive } = ends();
    const sent = send(statesOf(crossed, 1), FIRST);
    expect(() => receive({ ...sent, names: sent.names.map(() => -4) }, FIRST, null)).toThrow('what the conductor has');
  });
});
