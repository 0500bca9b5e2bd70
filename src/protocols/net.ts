/**
 * What a protocol declares of the order of its steps: a place/transition net of one slot, folded over nodes, epochs and
 * values. Transitions are labelled by events of the trace, so that a run can be replayed on the net; unfolded for n nodes
 * the net is an ordinary one that can be analysed, drawn and exported. Data only: nothing here runs.
 */
import type { NodeIndex } from '../core/ids.ts';
import type { DecidedBlock } from './protocol.ts';

/** What tells the tokens of a place apart. A place without `slot` belongs to the whole run. `value`: the digest. */
export type NetColour = 'slot' | 'epoch' | 'value';

export interface NetPlace {
  readonly id: string;
  readonly label: string;
  /** One sentence for people. */
  readonly explain: string;
  /** `node`: every validator has its own. `shared`: one for all, such as the votes that have been cast. */
  readonly owner: 'node' | 'shared';
  readonly colours: readonly NetColour[];
  /** Tokens at the beginning: none, one in the first epoch only, or one of every colour. */
  readonly initial: 'none' | 'first' | 'every';
}

/**
 * A threshold in tokens; `quorum`, `one-correct` (f+1), `all-correct` (n−f) and `fast-quorum` (see core/quorum.ts) are those of the
 * slot's electorate. `quorum-1`: one vote of the quorum is no message of its own, such as a leader's for what it proposes.
 */
export type NetWeight = number | 'quorum' | 'quorum-1' | 'one-correct' | 'majority' | 'all-correct' | 'fast-quorum';

export interface NetArc {
  readonly place: string;
  /** 1 if absent. */
  readonly weight?: NetWeight;
  /**
   * Which epoch's token, seen from that of the event; `same` if absent. `from`: the same or a later epoch, all tokens of one.
   * The others make the place a position: per owner (and slot) it holds one token, which moves from epoch to epoch.
   */
  readonly epoch?: 'same' | 'lower' | 'up-to' | 'any' | 'from';
  /** `self`: a token about the acting node, whatever the event is about; see `NetDeclaration.nodeValue`. */
  readonly about?: 'self';
}

/** The event of the trace that fires a transition. Sends of one message fire it once, repetitions and relays do not. */
export type NetLabel =
  | {
      readonly kind: 'send';
      readonly type: string;
      /** Said of a slot it holds for the slots below too, as far as the node has not said it of them in this epoch. */
      readonly covers?: 'lower-slots';
    }
  | { readonly kind: 'decide' }
  /** A declared field of kind `enum` takes this value; slot and epoch are those the node then works in. */
  | { readonly kind: 'state'; readonly field: string; readonly value: string };

export interface NetTransition {
  readonly id: string;
  readonly label: string;
  readonly explain: string;
  readonly on: NetLabel;
  /** Fires in the first epoch only, or in later ones only; in all if absent. */
  readonly epochs?: 'first' | 'later';
  /** Fires for events about something, or about nothing (a nil vote); for both if absent. */
  readonly value?: 'some' | 'none';
  readonly take: readonly NetArc[];
  /** Must be there and stay: in the unfolded net a loop of two arcs. */
  readonly test?: readonly NetArc[];
  /** A token for a shared place counts with the node's voting power where the electorate has powers. */
  readonly put: readonly NetArc[];
  /** Fires only while the place holds fewer tokens than the weight. */
  readonly inhibit?: readonly NetArc[];
}

/** Who may act in a slot. With `powers` (by node) the quorum is a sum of powers. */
export interface NetElectorate {
  readonly members: readonly NodeIndex[];
  readonly quorum: number;
  readonly powers?: readonly number[];
  /** The weight `fast-quorum`; absent: the smallest safe one of so many members. */
  readonly fastQuorum?: number;
}

export interface NetDeclaration {
  readonly places: readonly NetPlace[];
  /** Of several with one label the first that is enabled fires. */
  readonly transitions: readonly NetTransition[];
  readonly firstEpoch: number;
  /** `sequence`: a node acts in a slot only between its decisions of the slot before and of the slot itself. */
  readonly slots: 'sequence' | 'independent';
  /**
   * Message types that the deciding step may send for the slot it decides. The trace shows them after the decision, because
   * a decision is recorded when it is taken and a message when it departs.
   */
  readonly sentWithDecision: readonly string[];
  /** Message types that the deciding step sends on account of its decision: they come after it. */
  readonly sentAfterDecision?: readonly string[];
  /** Who sent `inside` in an epoch may have signed a `type` of any slot of that epoch within it: passing that on is no step. */
  readonly carried?: readonly { readonly type: string; readonly inside: string }[];
  /** Message types that show votes of others; a traitor's may count by them alone. */
  readonly showsVotes?: readonly string[];
  /** Slots ahead of the highest decided one that a step may touch; 64 if absent. */
  readonly slotsAhead?: number;
  /** Slots behind the highest decided one in which steps are still judged; 64 if absent. */
  readonly slotsKept?: number;
  /** Epochs from which on the unfolded net can do anything; 1 if absent. */
  readonly epochsMin?: number;
  /** Absent: all validators, with the protocol's quorum. `history`: decided values before the slot, ascending. */
  electorate?(
    slot: number,
    history: readonly DecidedBlock[],
    ctx: {
      readonly validatorCount: number;
      readonly stakes: readonly number[];
      /** The protocol's parsed configuration; absent where only the trace is known. */
      readonly config?: unknown;
    },
  ): NetElectorate;
  /** What an event about this node has for a value: the first 16 digits of its digest. */
  nodeValue?(node: NodeIndex): string;
}
