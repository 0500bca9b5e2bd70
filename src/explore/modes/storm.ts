/**
 * Random fault storms within the fault model, of every intensity. One in four is watched until the protocol's own bound on
 * recovery has passed, so that lost liveness shows too; the others end soon after the storm.
 */
import type { Scenario } from '../../scenario/index.ts';
import { checked } from '../plain.ts';
import { type Mode, seedAt } from './mode.ts';

/** Slots that a storm lasts, and those in which safety is watched afterwards. */
const [STORM_SLOTS, AFTER_SLOTS] = [10, 4];

export const storm: Mode = {
  name: 'storm',
  explain: 'crashes, cuts, slow links and traitors drawn from the seed, within the fault model',
  candidate(field, seed, index): Scenario {
    const { base, slotMs, boundMs } = field;
    const startMs = Math.round(slotMs / 2);
    const endMs = startMs + Math.max(2000, STORM_SLOTS * slotMs);
    const afterMs = index % 4 === 3 ? boundMs * 1.1 : AFTER_SLOTS * slotMs + 1000;
    const intensity = (2 + (index % 9)) / 10;
    const beyond = base.storm?.beyond ?? false;
    return checked({
      ...base,
      seed: seedAt(seed, index),
      storm: { intensity, beyond, startMs, endMs },
      stop: { height: null, ms: Math.ceil(endMs + afterMs) },
    });
  },
};
