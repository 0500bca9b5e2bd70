/** Every way to search, by name. */
import { mixed } from './mixed.ts';
import type { Mode } from './mode.ts';
import { network } from './network.ts';
import { pct } from './pct.ts';
import { seeds } from './seeds.ts';
import { storm } from './storm.ts';
import { targeted } from './targeted.ts';
import { twins } from './twins.ts';

export type { Mode } from './mode.ts';

export const MODES: readonly Mode[] = [mixed, storm, targeted, twins, pct, network, seeds];

export function modeByName(name: string): Mode | null {
  return MODES.find((mode) => mode.name === name) ?? null;
}
