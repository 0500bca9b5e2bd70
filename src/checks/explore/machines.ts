/**
 * Real protocol machines as a model: the machines that the kernel's hosts run, here driven by every order of messages, timeouts,
 * losses, duplicates and crashes within bounds. Asynchronous: any message in flight may arrive next, any armed timer may
 * fire. No clock but what timers carry, no network, no CPU; signatures are keyed hashes that verify.
 *
 * What it can miss: behaviour that needs more slots, faults or steps than the bounds allow, and liars, which it has none of.
 */
import { required } from '../../core/assert.ts';
import { clonePlain } from '../../core/clone.ts';
import { encode, toHex } from '../../core/encoding.ts';
import type { NodeIndex } from '../../core/ids.ts';
import { PURPOSE, streamKey } from '../../core/prng.ts';
import type { Micros } from '../../core/time.ts';
import { hashBytes, hashHex } from '../../crypto/hash.ts';
import type { AnyProtocol, Decision, Effects, Input, NodeContext, SignedRef } from '../../protocols/protocol.ts';
import type { Model, ModelProperty } from './model.ts';
import { plainText } from './plainText.ts';

export interface MachineBounds {
  readonly validators: number;
  /** As in a scenario. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly mutant: string | null;
  /** Messages about later slots are not delivered. */
  readonly slots: number;
  /** How often each may happen in one run. */
  readonly drops: number;
  readonly duplicates: number;
  readonly timeouts: number;
  /** Crashes with an immediate restart from disk. */
  readonly crashes: number;
}

interface InFlight {
  readonly from: NodeIndex;
  readonly to: NodeIndex;
  readonly message: { readonly type: string };
  readonly proof: SignedRef;
  /** Equal keys are equal messages on equal ways. */
  readonly key: string;
}

interface MachineNode {
  readonly state: unknown;
  readonly timers: readonly { readonly key: string; readonly timer: unknown; readonly due: Micros }[];
  readonly disk: readonly unknown[];
  /** The time of the last timer that fired here, µs. */
  readonly clock: Micros;
  readonly decisions: readonly Decision[];
  /** Hash of all the above. */
  readonly key: string;
}

export interface MachinesState {
  readonly nodes: readonly MachineNode[];
  /** Ascending by key; a message sent twice stands here twice. */
  readonly inFlight: readonly InFlight[];
  readonly left: {
    readonly drops: number;
    readonly duplicates: number;
    readonly timeouts: number;
    readonly crashes: number;
  };
}

type MachinesAction =
  | { readonly kind: 'deliver' | 'drop' | 'duplicate'; readonly node: NodeIndex; readonly message: InFlight }
  | { readonly kind: 'timeout'; readonly node: NodeIndex; readonly timer: string }
  | { readonly kind: 'restart'; readonly node: NodeIndex };

type AnyContext = NodeContext<unknown, { readonly type: string }>;

/** @throws InvariantError for a configuration that the protocol refuses */
export function machineModel(protocol: AnyProtocol, bounds: MachineBounds): Model<MachinesState, MachinesAction> {
  return new Machines(protocol, bounds).model();
}

class Machines {
  readonly #protocol: AnyProtocol;
  readonly #bounds: MachineBounds;
  readonly #contexts: readonly AnyContext[];

  constructor(protocol: AnyProtocol, bounds: MachineBounds) {
    this.#protocol = protocol;
    this.#bounds = bounds;
    const parsed = protocol.parseConfig(bounds.config, bounds.validators);
    const config: unknown = required('config' in parsed ? parsed : null, 'a valid configuration').config;
    this.#contexts = Array.from({ length: bounds.validators }, (_, self) => this.#context(self, config));
  }

  model(): Model<MachinesState, MachinesAction> {
    const { declaration } = this.#protocol;
    const { validators, slots, mutant } = this.#bounds;
    const variant = mutant === null ? '' : ` (${mutant})`;
    return {
      name: `${declaration.name}${variant}`,
      explain: `${validators} real ${declaration.name} machines, up to slot ${slots}`,
      initial: () => [this.#initial()],
      actions: (state) => this.#actions(state),
      next: (state, action) => this.#next(state, action),
      key: ({ nodes, inFlight, left }) =>
        hashHex(
          new TextEncoder().encode(
            [...nodes.map(({ key }) => key), ...inFlight.map(({ key }) => key), Object.values(left).join()].join('|'),
          ),
        ),
      actionKey: actionKey,
      show: (action) => this.#show(action),
      properties: [agreement, this.#certificates(), someDecision],
      areIndependent,
    };
  }

  #context(self: NodeIndex, config: unknown): AnyContext {
    const { validators, mutant } = this.#bounds;
    return {
      self,
      validatorCount: validators,
      clientCount: 0,
      stakes: Array.from({ length: validators }, () => 1),
      config,
      mutant,
      random: streamKey(1, PURPOSE.workload, self),
      workload: { ratePerSecond: 0, batchMicros: 200_000, accountCount: 2, initialBalance: 10 },
      verify: (signer, message, signature) => toHex(this.#sign(signer, message).signature) === toHex(signature),
    };
  }

  #sign(signer: NodeIndex, message: { readonly type: string }): SignedRef {
    const statement: unknown = this.#protocol.statement(message, this.#bounds.mutant);
    return { signer, signature: hashBytes(encode([signer, statement])).slice(0, 16) };
  }

  #initial(): MachinesState {
    const { drops, duplicates, timeouts, crashes } = this.#bounds;
    let inFlight: readonly InFlight[] = [];
    const nodes = this.#contexts.map((ctx, self) => {
      const fresh = {
        state: this.#protocol.validator.create(ctx),
        timers: [],
        disk: [],
        clock: 0,
        decisions: [],
        key: '',
      };
      const { node, sent } = this.#step(fresh, self, { kind: 'start', now: 0 });
      inFlight = withMessages(inFlight, sent);
      return node;
    });
    return { nodes, inFlight, left: { drops, duplicates, timeouts, crashes } };
  }

  #actions({ nodes, inFlight, left }: MachinesState): MachinesAction[] {
    const actions: MachinesAction[] = [];
    for (const [position, message] of inFlight.entries()) {
      if (inFlight[position - 1]?.key === message.key) continue;
      const about = { node: message.to, message };
      actions.push({ kind: 'deliver', ...about });
      if (left.drops > 0) actions.push({ kind: 'drop', ...about });
      if (left.duplicates > 0) actions.push({ kind: 'duplicate', ...about });
    }
    for (const [node, { timers }] of nodes.entries()) {
      if (left.timeouts > 0) for (const { key } of timers) actions.push({ kind: 'timeout', node, timer: key });
      if (left.crashes > 0) actions.push({ kind: 'restart', node });
    }
    return actions;
  }

  #next(state: MachinesState, action: MachinesAction): MachinesState {
    const { left } = state;
    switch (action.kind) {
      case 'deliver': {
        const { from, message, proof } = action.message;
        const rest = { ...state, inFlight: without(state.inFlight, action.message) };
        const now = (state.nodes[action.node] as MachineNode).clock;
        return this.#stepped(rest, action.node, { kind: 'message', now, from, message, proof });
      }
      case 'drop':
        return {
          ...state,
          inFlight: without(state.inFlight, action.message),
          left: { ...left, drops: left.drops - 1 },
        };
      case 'duplicate': {
        const inFlight = withMessages(state.inFlight, [action.message]);
        return { ...state, inFlight, left: { ...left, duplicates: left.duplicates - 1 } };
      }
      case 'timeout':
        return this.#fired({ ...state, left: { ...left, timeouts: left.timeouts - 1 } }, action.node, action.timer);
      case 'restart':
        return this.#restarted({ ...state, left: { ...left, crashes: left.crashes - 1 } }, action.node);
    }
  }

  #fired(state: MachinesState, position: NodeIndex, key: string): MachinesState {
    const node = state.nodes[position] as MachineNode;
    const armed = required(
      node.timers.find((timer) => timer.key === key),
      `timer ${key}`,
    );
    const now = Math.max(node.clock, armed.due);
    const waiting = { ...node, clock: now, timers: node.timers.filter((timer) => timer !== armed) };
    const nodes = state.nodes.map((other, i) => (i === position ? waiting : other));
    return this.#stepped({ ...state, nodes }, position, { kind: 'timeout', now, timer: armed.timer });
  }

  #restarted(state: MachinesState, position: NodeIndex): MachinesState {
    const node = state.nodes[position] as MachineNode;
    const ctx = this.#contexts[position] as AnyContext;
    const recovered = { ...node, timers: [], state: this.#protocol.validator.recover(ctx, clonePlain(node.disk)) };
    const nodes = state.nodes.map((other, i) => (i === position ? recovered : other));
    return this.#stepped({ ...state, nodes }, position, { kind: 'start', now: node.clock });
  }

  #stepped(state: MachinesState, position: NodeIndex, input: AnyInput): MachinesState {
    const { node, sent } = this.#step(state.nodes[position] as MachineNode, position, input);
    const nodes = state.nodes.map((other, i) => (i === position ? node : other));
    return { ...state, nodes, inFlight: withMessages(state.inFlight, sent) };
  }

  #step(
    before: MachineNode,
    self: NodeIndex,
    input: AnyInput,
  ): { readonly node: MachineNode; readonly sent: InFlight[] } {
    const ctx = this.#contexts[self] as AnyContext;
    const state: unknown = clonePlain(before.state);
    const out = new Collector(before, input.now, {
      self,
      count: this.#bounds.validators,
      sign: (message) => this.#sign(self, message),
      timerKey: (timer) => this.#protocol.validator.timerKey(timer),
      isWanted: (message) => this.#protocol.meta(message).slot <= this.#bounds.slots,
    });
    this.#protocol.validator.step(state, clonePlain(input), out, ctx);
    const parts = { state, timers: out.timers, disk: out.disk, clock: before.clock, decisions: out.decisions };
    return { node: { ...parts, key: hashHex(new TextEncoder().encode(plainText(parts))) }, sent: out.sent };
  }

  /** As the check of that name: a quorum of distinct members signed what was decided. */
  #certificates(): ModelProperty<MachinesState> {
    const protocol = this.#protocol;
    const [first] = this.#contexts;
    const size = { validatorCount: this.#bounds.validators, stakes: first?.stakes ?? [], config: first?.config };
    const isProved = (decision: Decision): boolean => {
      const votes = protocol.votes(decision);
      const { members, quorum, powers } = protocol.quorumAt(decision, [], size);
      const signers = new Set(votes.map(({ proof }) => proof.signer));
      const weight =
        powers === undefined ? signers.size : [...signers].reduce((sum, node) => sum + (powers[node] ?? 0), 0);
      return signers.size === votes.length && weight >= quorum && [...signers].every((node) => members.includes(node));
    };
    const holds = ({ nodes }: MachinesState): boolean => nodes.every(({ decisions }) => decisions.every(isProved));
    const promised: readonly string[] | undefined = protocol.declaration.guarantees;
    const isPromised = promised === undefined || promised.includes('certificates');
    return { name: 'certificates', kind: 'always', holds: isPromised ? holds : () => true };
  }

  #show(action: MachinesAction): string {
    if (action.kind === 'restart') return `v${action.node} crashes and restarts`;
    if (action.kind === 'timeout') return `v${action.node}: timer ${action.timer}`;
    const { message, from, to } = action.message;
    const { slot, epoch, digest } = this.#protocol.meta(message);
    const what = `${message.type} ${slot}/${epoch}${digest === '' ? '' : ` ${digest.slice(0, 4)}`}`;
    const verb = action.kind === 'deliver' ? '' : action.kind === 'drop' ? ' is lost' : ' is duplicated';
    return `v${from} → v${to} ${what}${verb}`;
  }
}

type AnyInput = Input<{ readonly type: string }, unknown, unknown>;

interface Surroundings {
  readonly self: NodeIndex;
  readonly count: number;
  sign(message: { readonly type: string }): SignedRef;
  timerKey(timer: unknown): string;
  isWanted(message: { readonly type: string }): boolean;
}

/** Effects of one step, as values. */
class Collector implements Effects<{ readonly type: string }, unknown, unknown> {
  readonly sent: InFlight[] = [];
  timers: MachineNode['timers'];
  disk: readonly unknown[];
  decisions: readonly Decision[];
  readonly #now: Micros;
  readonly #around: Surroundings;

  constructor({ timers, disk, decisions }: MachineNode, now: Micros, around: Surroundings) {
    this.timers = timers;
    this.disk = disk;
    this.decisions = decisions;
    this.#now = now;
    this.#around = around;
  }

  send(to: NodeIndex, message: { readonly type: string }): SignedRef {
    const proof = this.#around.sign(message);
    this.relay(to, message, proof);
    return proof;
  }

  broadcast(message: { readonly type: string }): SignedRef {
    const proof = this.#around.sign(message);
    for (let to = 0; to < this.#around.count; to++) if (to !== this.#around.self) this.relay(to, message, proof);
    return proof;
  }

  sign(message: { readonly type: string }): SignedRef {
    return this.#around.sign(message);
  }

  relay(to: NodeIndex, message: { readonly type: string }, proof: SignedRef): void {
    if (to >= this.#around.count || !this.#around.isWanted(message)) return;
    const own = clonePlain(message);
    const key = `${proof.signer}>${to}:${hashHex(encode(own))}`;
    this.sent.push({ from: proof.signer, to, message: own, proof, key });
  }

  setTimer(timer: unknown, after: Micros): void {
    const key = this.#around.timerKey(timer);
    const entry = { key, timer: clonePlain(timer), due: this.#now + after };
    const others = this.timers.filter((other) => other.key !== key);
    this.timers = [...others, entry].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  cancelTimer(timer: unknown): void {
    const key = this.#around.timerKey(timer);
    this.timers = this.timers.filter((other) => other.key !== key);
  }

  persist(record: unknown): void {
    this.disk = [...this.disk, clonePlain(record)];
  }

  decide(decision: Decision): void {
    this.decisions = [...this.decisions, clonePlain(decision)];
  }

  note(): void {
    // Why a rule fired makes no state.
  }

  evidence(): void {
    // Nobody lies here.
  }
}

const agreement: ModelProperty<MachinesState> = {
  name: 'agreement',
  kind: 'always',
  holds({ nodes }) {
    const first = new Map<number, string>();
    for (const { slot, digest } of nodes.flatMap(({ decisions }) => decisions)) {
      if ((first.get(slot) ?? digest) !== digest) return false;
      first.set(slot, digest);
    }
    return true;
  },
};

const someDecision: ModelProperty<MachinesState> = {
  name: 'somebody decides',
  kind: 'sometimes',
  holds: ({ nodes }) => nodes.some(({ decisions }) => decisions.length > 0),
};

/** Deliveries to different nodes commute; whatever shares a budget or a message does not. */
function areIndependent(a: MachinesAction, b: MachinesAction): boolean {
  if (a.node === b.node) return false;
  return a.kind === 'deliver' || b.kind === 'deliver' || a.kind !== b.kind;
}

function actionKey(action: MachinesAction): string {
  if (action.kind === 'restart') return `${action.node} restart`;
  if (action.kind === 'timeout') return `${action.node} timeout ${action.timer}`;
  return `${action.node} ${action.kind} ${action.message.key}`;
}

function withMessages(inFlight: readonly InFlight[], sent: readonly InFlight[]): readonly InFlight[] {
  if (sent.length === 0) return inFlight;
  return [...inFlight, ...sent].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function without(inFlight: readonly InFlight[], message: InFlight): readonly InFlight[] {
  const position = inFlight.findIndex(({ key }) => key === message.key);
  return inFlight.filter((_, i) => i !== position);
}
