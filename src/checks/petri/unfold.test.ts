/** The unfolded net and the replay on the folded one are the same net; and the analyses say of protocols what their papers do. */
import { describe, expect, it } from 'vitest';
import { draw, PURPOSE, scale, streamKey } from '../../core/prng.ts';
import type { NetDeclaration } from '../../protocols/net.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { foldNet, labelKey } from './compile.ts';
import { placeInvariants } from './invariants.ts';
import { checkNet, firings, initialMarking } from './net.ts';
import { deadlocks, explore, fire, isEnabled } from './reach.ts';
import { Replay } from './replay.ts';
import { unfoldNet } from './unfold.ts';

const NETS = [...PROTOCOLS.values()].flatMap(({ declaration }) =>
  declaration.net === undefined ? [] : [[declaration.name, declaration.net, declaration.quorum] as const],
);
const svbft = PROTOCOLS.get('svbft')?.declaration.net as NetDeclaration;

/** Node, epoch and value of a transition of the unfolded net, from its id: `prepare.v1.e0.from-e0.b`. */
function colours(id: string): { transition: string; node: number; epoch: number; value: string } {
  const [transition = '', node = '', epoch = '', ...rest] = id.split('.');
  const value = rest.find((part) => /^[a-z]$/.test(part)) ?? '';
  return { transition, node: Number(node.slice(1)), epoch: Number(epoch.slice(1)), value };
}

describe.each(NETS)('the net of %s', (_, declared, quorumOf) => {
  const validators = 4;
  const quorum = quorumOf(validators);
  const members = [0, 1, 2, 3];
  // Where values are nodes, they are called as in the unfolded net, and there is one for each.
  const declaration = { ...declared, nodeValue: (node: number) => String.fromCharCode(97 + node) };
  const values = declared.nodeValue === undefined ? 2 : validators;
  const net = unfoldNet(declaration, { validators, quorum, epochs: 2, values }, 'n');

  it('is sound', () => {
    expect(checkNet(net)).toEqual([]);
    expect(net.places.length).toBeGreaterThan(declaration.places.length);
  });

  it('allows unfolded what replay allows folded, at every step of random walks', () => {
    const moves = firings(net);
    const folded = foldNet(declaration);
    let walked = 0;
    for (let walk = 0; walk < 30; walk++) {
      const key = streamKey(walk, PURPOSE.noise, 0);
      const marking = initialMarking(net);
      const replay = new Replay(folded, validators, () => ({ members, quorum }));
      for (let step = 0; step < 60; step++) {
        const enabled = moves.flatMap((move, t) => (isEnabled(move, marking) ? [t] : []));
        const open = enabled.filter((t) => replay.heightOf(colours(net.transitions[t]?.id ?? '').node) === 0);
        const allowed = new Set(enabled.map((t) => name(net.transitions[t]?.id ?? '')));
        for (const transition of folded.transitions) {
          for (const node of members) {
            for (const epoch of [0, 1]) {
              const value = transition.value === 'none' ? '' : 'a';
              const binding = { node, slot: 1, epoch: declaration.firstEpoch + epoch, value };
              if (replay.heightOf(node) > 0) continue;
              const wanted =
                allowed.has(`${transition.id}/${node}/${binding.epoch}/a`) ||
                allowed.has(`${transition.id}/${node}/${binding.epoch}/`);
              expect(replay.isEnabled(transition, binding), `${transition.id} ${node} ${epoch}`).toBe(wanted);
            }
          }
        }
        if (open.length === 0) break;
        const t = open[scale(draw(key, step), open.length)] as number;
        const { transition, node, epoch, value } = colours(net.transitions[t]?.id ?? '');
        const on = declaration.transitions.find(({ id }) => id === transition)?.on;
        if (on === undefined) throw new Error(`no transition ${transition}`);
        fire(moves[t] as (typeof moves)[number], marking);
        const event = { t: step, node, slot: 1, epoch, value, label: labelKey(on), claimedFrom: node };
        const played = replay.step(event);
        if (played !== null) expect(played.missing).toEqual([]);
        walked++;
      }
    }
    expect(walked).toBeGreaterThan(150);
  });

  function name(id: string): string {
    const { transition, node, epoch, value } = colours(id);
    return `${transition}/${node}/${epoch}/${value}`;
  }
});

describe('the net of SVBFT, one view', () => {
  const size = { validators: 4, quorum: 3, epochs: 1, values: 2 };

  /** Whether a reachable marking has a quorum of COMMITs for either block. */
  function forks(quorum: number): boolean {
    const net = unfoldNet(svbft, { ...size, quorum }, 'n');
    const { markings, cutOff } = explore(net);
    expect(cutOff).toBeNull();
    const [a, b] = ['commits.a', 'commits.b'].map((id) => net.places.findIndex((place) => place.id === id)) as [
      number,
      number,
    ];
    for (let at = 0; at < markings.size; at++) {
      const tokens = markings.at(at);
      if ((tokens[a] ?? 0) >= quorum && (tokens[b] ?? 0) >= quorum) return true;
    }
    return false;
  }

  // PBFT §4.2: two quorums of 2f+1 of 3f+1 share a correct replica, which votes once.
  it('lets correct validators decide one block only, with a quorum of 3 of 4; with 2 of 4 it does not', () => {
    expect(forks(3)).toBe(false);
    expect(forks(2)).toBe(true);
  });

  it('ends where all have decided, and only there', () => {
    const net = unfoldNet(svbft, { ...size, values: 1 }, 'n');
    const graph = explore(net);
    const decided = net.places.flatMap(({ id }, i) => (id.startsWith('decided') ? [i] : []));
    for (const at of deadlocks(graph)) {
      const tokens = graph.markings.at(at);
      expect(decided.every((place) => tokens[place] === 1)).toBe(true);
    }
    expect(deadlocks(graph).length).toBeGreaterThan(0);
  });

  it('has the invariants that its places were made for', () => {
    const net = unfoldNet(svbft, { validators: 4, quorum: 3, epochs: 2, values: 1 }, 'n');
    const { invariants, isComplete } = placeInvariants(net);
    expect(isComplete).toBe(true);
    const supports = invariants.map((weights) => net.places.filter((_, i) => weights[i] !== 0n).map(({ id }) => id));
    // A validator is in one view, or has decided; it votes once a view; every PREPARE is somebody's.
    expect(supports).toContainEqual(['in-view.v2.e0', 'in-view.v2.e1', 'decided.v2']);
    expect(supports).toContainEqual(['may-prepare.v1.e1', 'prepared.v1.e1', 'committed.v1.e1']);
    expect(supports).toContainEqual([...[0, 1, 2, 3].map((node) => `may-prepare.v${node}.e0`), 'prepares.e0']);
  });
});
