/** The base as it is, with one seed after the other. */
import { type Mode, seedAt } from './mode.ts';

const STOP_DEFAULT_MS = 30_000;

export const seeds: Mode = {
  name: 'seeds',
  explain: 'the scenario as it is, with one seed after the other',
  candidate({ base }, seed, index) {
    const { stop } = base;
    const ends = stop.height !== null || stop.ms !== null;
    return { ...base, seed: seedAt(seed, index), stop: ends ? stop : { height: null, ms: STOP_DEFAULT_MS } };
  },
};
