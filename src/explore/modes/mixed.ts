/** All modes in turn: what to use when nothing is known about the bug. */
import { network } from './network.ts';
import type { Mode } from './mode.ts';
import { pct } from './pct.ts';
import { seeds } from './seeds.ts';
import { storm } from './storm.ts';
import { targeted } from './targeted.ts';
import { twins } from './twins.ts';

/** One turn: more of what finds more. */
const TURN: readonly Mode[] = [
  seeds,
  targeted,
  storm,
  targeted,
  network,
  targeted,
  twins,
  targeted,
  storm,
  targeted,
  pct,
  targeted,
  storm,
  targeted,
  network,
  targeted,
];

export const mixed: Mode = {
  name: 'mixed',
  explain: 'all of the others in turn, with more of what finds more',
  candidate(field, seed, index) {
    const position = index % TURN.length;
    const mode = TURN[position] as Mode;
    const before = TURN.slice(0, position).filter((other) => other === mode).length;
    const perTurn = TURN.filter((other) => other === mode).length;
    const own = Math.floor(index / TURN.length) * perTurn + before;
    // An enumeration that is exhausted leaves its turns to the random ones.
    return mode.candidate(field, seed, own) ?? targeted.candidate(field, seed, 2 ** 31 + index);
  },
};
