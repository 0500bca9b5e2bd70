import { Accountant } from '../checks/accountability/accountant.ts';
import { Judge } from '../checks/judge.ts';
import { LtlObserver } from '../checks/ltl/observer.ts';
import { Conformance } from '../checks/petri/conformance.ts';
import type { WorldConstants } from '../kernel/host/world.ts';
import type { RunObserver } from '../runtime/executor.ts';
import { Board } from './observers/board.ts';
import { Meter } from './observers/meter.ts';

/** Who watches every run. */
export function runObservers(world: WorldConstants): readonly RunObserver[] {
  return [
    new Judge(world),
    new Conformance(world),
    new LtlObserver(world),
    new Accountant(world),
    new Board(world),
    new Meter(world),
  ];
}
