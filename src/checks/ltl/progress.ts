/**
 * One state of progression: what a formula demands of the states after it, given the truth of its propositions in it and
 * what its past operators remember. (Bacchus & Kabanza, Artificial Intelligence 2000, §3, for the future part.)
 */
import type { Micros } from '../../core/time.ts';
import { both, type Demand, type Duty, duty, either, LOST, MET } from './duties.ts';
import type { Node, NodeTable } from './nodes.ts';

/** A state as progression sees it. */
export interface Moment {
  readonly t: Micros;
  /** Truth of the table's proposition of that index. */
  holds(proposition: number): boolean;
}

/** What `Progression` carries from state to state. Plain data. */
export interface Progressed {
  /** What is still demanded of the states to come. */
  readonly residual: Demand;
  /** By position in `NodeTable.past`: what the node (for Y: its operand) demanded when the last state had passed. */
  readonly past: readonly Demand[];
}

/** Works on one state; made anew for the next. */
export class Step {
  readonly #table: NodeTable;
  readonly #moment: Moment;
  /** Null at the first state. */
  readonly #before: Progressed | null;
  readonly #known: (Demand | undefined)[] = [];

  constructor(table: NodeTable, moment: Moment, before: Progressed | null) {
    this.#table = table;
    this.#moment = moment;
    this.#before = before;
  }

  /** @throws DemandLimitError */
  progressed(): Progressed {
    const { root, past, nodes } = this.#table;
    const residual = this.#before === null ? this.of(root) : this.demand(this.#before.residual);
    const remembered = past.map((index) => {
      const node = nodes[index] as Node;
      return this.of(node.kind === 'yesterday' ? node.operand : index);
    });
    return { residual, past: remembered };
  }

  /** What the node demands of the states after this one if it must hold in this one. */
  of(index: number): Demand {
    const known = this.#known[index];
    if (known !== undefined) return known;
    const demand = this.#unfold(index, -1);
    this.#known[index] = demand;
    return demand;
  }

  demand(demand: Demand): Demand {
    let result = LOST;
    for (const clause of demand) {
      let all = MET;
      for (const one of clause) {
        all = both(all, this.duty(one));
        if (all.length === 0) break;
      }
      result = either(result, all);
    }
    return result;
  }

  duty({ node, until, weak }: Duty): Demand {
    if (until < 0) return this.of(node);
    if (this.#moment.t > until) return weak ? MET : LOST;
    return this.#unfold(node, until);
  }

  /** `until`: the deadline of a timed operator that has begun; −1: it begins now. */
  #unfold(index: number, until: Micros): Demand {
    const node = this.#table.nodes[index] as Node;
    switch (node.kind) {
      case 'true':
        return MET;
      case 'false':
        return LOST;
      case 'literal':
        return this.#moment.holds(node.proposition) === node.positive ? MET : LOST;
      case 'and':
        return both(this.of(node.left), this.of(node.right));
      case 'or':
        return either(this.of(node.left), this.of(node.right));
      case 'next':
        return this.#next(node.operand, node.weak);
      case 'until':
      case 'release': {
        const { within, weak } = node;
        const again = duty(index, weak, within === null ? -1 : until < 0 ? this.#moment.t + within : until);
        if (node.kind === 'until') return either(this.of(node.right), both(this.of(node.left), again));
        return both(this.of(node.right), either(this.of(node.left), again));
      }
      case 'yesterday':
        return this.#remembered(index, node.weak);
      case 'since':
        return either(this.of(node.right), both(this.of(node.left), this.#remembered(index, false)));
      case 'triggered':
        return both(this.of(node.right), either(this.of(node.left), this.#remembered(index, true)));
    }
  }

  #next(operand: number, weak: boolean): Demand {
    const { kind } = this.#table.nodes[operand] as Node;
    if (kind === 'true' && weak) return MET;
    if (kind === 'false' && !weak) return LOST;
    return duty(operand, weak);
  }

  /** What was demanded one state ago, and still is; before the first state a constant. */
  #remembered(index: number, first: boolean): Demand {
    if (this.#before === null) return first ? MET : LOST;
    return this.demand(this.#before.past[this.#table.past.indexOf(index)] as Demand);
  }
}
