import type { Micros } from '../../core/time.ts';

/** Thousandths of the time that work takes on an ordinary node. */
const FULL_SPEED = 1000;

/** CPU time that the step in progress has cost its node, at the speed that the node has. */
export class Meter {
  /** µs. */
  spent: Micros = 0;
  /** Time that work takes, in thousandths of what it takes on an ordinary node. */
  slowMilli = FULL_SPEED;

  /** Charges one piece of work. */
  spend(micros: Micros): void {
    this.spent += this.scaled(micros);
  }

  /** Charges the sum of many pieces; false, and nothing, where the node is slowed: each piece is rounded for itself then. */
  spendSum(micros: Micros): boolean {
    if (this.slowMilli !== FULL_SPEED) return false;
    this.spent += micros;
    return true;
  }

  scaled(micros: Micros): Micros {
    return this.slowMilli === FULL_SPEED ? micros : Math.floor((micros * this.slowMilli) / FULL_SPEED);
  }

  /** The fault that slowed the node is over. */
  recover(): void {
    this.slowMilli = FULL_SPEED;
  }
}
