/**
 * Remembers who signed what, so that after a disagreement the guilty can be named: whoever signed two different statements of one
 * exclusive kind for one slot and epoch is convicted by that pair. A validator that voted for both sides in different
 * epochs said nothing contradictory: it may have forgotten its lock (amnesia) or been shown a proof; nobody can be convicted
 * of forgetting by signatures alone. Looks back 16 slots.
 *
 * Ref: Sheng, Wang, Nayak, Kannan, Viswanath, "BFT Protocol Forensics", CCS 2021: what a protocol's messages can prove.
 */
import { namingOf } from '../../kernel/plan.ts';
import { encode, toHex } from '../../core/encoding.ts';
import { ENVIRONMENT, nodeName, type NodeIndex } from '../../core/ids.ts';
import type { WorldConstants } from '../../kernel/host/world.ts';
import { openEnvelope, verifyStatement } from '../../kernel/host/signing.ts';
import type { DecideHighlight, Highlight, MessageHighlight } from '../../kernel/trace/highlights.ts';
import type { SignedMessage } from '../../protocols/protocol.ts';
import type { RunObserver } from '../../runtime/executor.ts';
import { type Conviction, EVIDENCE_FORMAT, type EvidenceDocument, type Split, type Suspect } from './evidence.ts';

const SLOTS_KEPT = 16;
/** Different statements kept for one signer, kind, slot and epoch: forgeries in its name must not push out its own. */
const VERSIONS_KEPT = 6;
const CONVICTIONS_MAX = 64;

interface Statement {
  readonly digest: string;
  readonly message: { readonly type: string };
  readonly signature: Uint8Array;
}

interface Side {
  readonly digest: string;
  readonly epoch: number;
  readonly node: NodeIndex;
  readonly signers: readonly NodeIndex[];
}

interface Memory {
  readonly said: Map<number, Map<string, Statement[]>>;
  readonly sides: Map<number, Side[]>;
  readonly convictions: Conviction[];
  readonly convicted: Map<NodeIndex, string>;
  readonly faulty: Set<NodeIndex>;
  splitSlot: number | null;
}

export class Accountant implements RunObserver {
  readonly name = 'accountant';
  readonly #world: WorldConstants;
  #memory: Memory = {
    said: new Map(),
    sides: new Map(),
    convictions: [],
    convicted: new Map(),
    faulty: new Set(),
    splitSlot: null,
  };

  constructor(world: WorldConstants) {
    this.#world = world;
  }

  onHighlight(highlight: Highlight): void {
    if (highlight.kind === 'message') this.#onMessage(highlight);
    if (highlight.kind === 'decide') this.#onDecision(highlight);
    if (highlight.kind === 'fault' && highlight.fault.kind === 'byzantine')
      this.#memory.faulty.add(highlight.fault.target);
  }

  onHorizon(): void {
    // Time alone proves nothing.
  }

  report(): { readonly convictions: number; readonly hasSplit: boolean } {
    return { convictions: this.#memory.convictions.length, hasSplit: this.#memory.splitSlot !== null };
  }

  /** The document, whatever the question. */
  answer(): EvidenceDocument {
    return this.document();
  }

  document(): EvidenceDocument {
    const { convictions } = this.#memory;
    const split = this.#split();
    const suspects = this.#suspects();
    const names = new Set([...convictions.map(({ against }) => against), ...suspects.map(({ node }) => node)]);
    const { plan, prefix, publicKeys } = this.#world;
    const keys = plan.validators.flatMap(({ suite }, node) => {
      const name = this.#name(node);
      const publicKey = toHex(publicKeys[node] ?? new Uint8Array(0));
      return names.has(name) ? [[name, { suite, publicKey }] as const] : [];
    });
    return {
      format: EVIDENCE_FORMAT,
      protocol: plan.protocol.name,
      mutant: plan.protocol.mutant,
      prefix: toHex(prefix),
      keys: Object.fromEntries(keys),
      split,
      convictions: [...convictions],
      suspects,
    };
  }

  capture(): unknown {
    return this.#memory;
  }

  /** A snapshot of a run that nobody accounted for starts from what happens now. */
  restore(state: unknown): void {
    if (state !== undefined) this.#memory = state as Memory;
  }

  #onMessage({ node, type, slot, epoch, digest, envelope }: MessageHighlight): void {
    const declared = this.#world.protocol.declaration.messages[type];
    if (node === ENVIRONMENT || declared?.exclusive !== true) return;
    const { claimedFrom, signature } = envelope;
    if (claimedFrom >= this.#world.plan.validators.length) return;
    // Where nodes live in workers, what arrives here has not been opened yet.
    const message = openEnvelope(this.#world, envelope).message as { readonly type: string } | null;
    if (message === null) return;
    this.#hear(claimedFrom, { slot, epoch, digest, label: declared.label }, { digest, message, signature });
  }

  /** The first certificate of each block is read: a vote in it may be one that nobody else was sent. */
  #onDecision({ node, decision }: DecideHighlight): void {
    const { sides, faulty } = this.#memory;
    const known = sides.get(decision.slot) ?? [];
    sides.set(decision.slot, known);
    if (faulty.has(node) || known.some(({ digest }) => digest === decision.digest)) return;
    const { protocol } = this.#world;
    const votes: readonly SignedMessage<{ readonly type: string }>[] = protocol.votes(decision);
    for (const { message, proof } of votes) {
      const { type, slot, epoch, digest } = protocol.meta(message);
      const declared = protocol.declaration.messages[type];
      if (declared?.exclusive !== true) continue;
      const about = { slot, epoch, digest, label: declared.label };
      this.#hear(proof.signer, about, { digest, message, signature: proof.signature });
    }
    const signers = [...new Set(votes.map(({ proof }) => proof.signer))].sort((a, b) => a - b);
    known.push({ digest: decision.digest, epoch: decision.epoch, node, signers });
    if (known.length > 1) this.#memory.splitSlot ??= decision.slot;
  }

  #hear(
    signer: NodeIndex,
    about: { readonly slot: number; readonly epoch: number; readonly digest: string; readonly label: string },
    statement: Statement,
  ): void {
    const { said } = this.#memory;
    const ofSlot = said.get(about.slot) ?? new Map<string, Statement[]>();
    if (!said.has(about.slot)) {
      said.set(about.slot, ofSlot);
      this.#forgetBelow(about.slot - SLOTS_KEPT);
    }
    const key = `${signer}/${statement.message.type}/${about.epoch}`;
    const versions = ofSlot.get(key);
    if (versions === undefined) {
      ofSlot.set(key, [statement]);
      return;
    }
    if (versions.some(({ digest }) => digest === about.digest) || versions.length >= VERSIONS_KEPT) return;
    versions.push(statement);
    this.#tryToConvict(signer, key, about, versions);
  }

  /** Forged statements are in nobody's name: both signatures must be the signer's. */
  #tryToConvict(
    signer: NodeIndex,
    key: string,
    about: { readonly slot: number; readonly epoch: number; readonly label: string },
    versions: readonly Statement[],
  ): void {
    const { convicted, convictions } = this.#memory;
    if (convicted.has(signer) || convictions.length >= CONVICTIONS_MAX) return;
    const world = this.#world;
    const [first, second] = versions.filter((each) => verifyStatement(world, signer, each.message, each.signature));
    if (first === undefined || second === undefined) return;
    const what = `two ${about.label} for ${this.#words(about.slot, about.epoch)}`;
    convicted.set(signer, key);
    convictions.push({ against: this.#name(signer), what, first: written(first), second: written(second) });
  }

  #forgetBelow(slot: number): void {
    for (const old of this.#memory.said.keys()) if (old < slot) this.#memory.said.delete(old);
    const { sides, splitSlot } = this.#memory;
    for (const old of sides.keys()) if (old < slot && old !== splitSlot) sides.delete(old);
  }

  #split(): Split | null {
    const { splitSlot, sides } = this.#memory;
    if (splitSlot === null) return null;
    const told = (sides.get(splitSlot) ?? []).map(({ digest, epoch, node, signers }) => ({
      digest,
      epoch,
      decidedBy: this.#name(node),
      signers: signers.map((signer) => this.#name(signer)),
    }));
    return { slot: splitSlot, sides: told };
  }

  /** Who voted for both sides and is not convicted. */
  #suspects(): Suspect[] {
    const { splitSlot, sides, convicted } = this.#memory;
    const [one, other] = splitSlot === null ? [] : (sides.get(splitSlot) ?? []);
    if (one === undefined || other === undefined) return [];
    const { words } = this.#world.protocol.declaration;
    return one.signers
      .filter((signer) => other.signers.includes(signer) && !convicted.has(signer))
      .map((signer) => ({
        node: this.#name(signer),
        why:
          `voted for one block in ${words.epoch} ${one.epoch} and for another in ${words.epoch} ${other.epoch}: ` +
          'no two of its statements contradict each other, so it may have forgotten its vote (amnesia) or been shown a proof',
      }));
  }

  #words(slot: number, epoch: number): string {
    const { words } = this.#world.protocol.declaration;
    return `${words.slot} ${slot}, ${words.epoch} ${epoch}`;
  }

  #name(node: NodeIndex): string {
    return nodeName(node, namingOf(this.#world.plan));
  }
}

function written({ message, signature }: Statement): { readonly bytes: string; readonly signature: string } {
  return { bytes: toHex(encode(message)), signature: toHex(signature) };
}
