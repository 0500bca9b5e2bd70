/** Traitors for the tests of one protocol, from its own adversary hooks. */
import type { AdversaryHooks, NodeContext, SignedRef } from '../../protocol.ts';
import type { SignedCopy } from './signed.ts';

/** What a traitor needs of the network that it is in. */
interface Surroundings<S, M, K> {
  readonly states: readonly S[];
  readonly contexts: readonly NodeContext<K, M>[];
  random(bound: number): number;
  sign(signer: number, message: M): SignedRef;
  signature(signer: number, message: M): Uint8Array;
}

/** `proposal`: the type of message in which a leader proposes. */
export function traitorsOf<S, M extends { readonly type: string }, K>(
  adversary: AdversaryHooks<S, M, K>,
  proposal: M['type'],
) {
  type Copy = SignedCopy<M>;
  type Network = Surroundings<S, M, K>;
  type Traitor = (copy: Copy, network: Network) => readonly Copy[];

  function resigned(copy: Copy, message: M, network: Network): Copy {
    return { ...copy, message, proof: network.sign(copy.proof.signer, message) };
  }
  function contradict(copy: Copy, network: Network): Copy | null {
    const self = copy.proof.signer;
    const [state, ctx] = [network.states[self], network.contexts[self]];
    if (state === undefined || ctx === undefined) return null;
    const message = adversary.conflicting(copy.message, state, ctx);
    return message === null ? null : resigned(copy, message, network);
  }

  /** Says one thing to even nodes, another to odd ones: proposals and votes alike. */
  const equivocate: Traitor = (copy, network) => (copy.to % 2 === 0 ? [copy] : [contradict(copy, network) ?? copy]);
  /** Votes for two blocks towards everyone. */
  const doubleVote: Traitor = (copy, network) => {
    const conflicting = copy.message.type === proposal ? null : contradict(copy, network);
    return conflicting === null ? [copy] : [copy, conflicting];
  };
  /** In its view changes it never prepared anything. */
  const lieInViewChange: Traitor = (copy, network) =>
    copy.message.type === 'view-change' ? [contradict(copy, network) ?? copy] : [copy];
  /** Says nothing at all. */
  const silent: Traitor = () => [];
  /** Speaks to a random half of its peers. */
  const selective: Traitor = (copy, network) => (network.random(2) === 0 ? [copy] : []);
  /** Votes also in the names of all others, as commits for what it proposes or prepares; its own signature under their names. */
  const forge: Traitor = (copy, network) => {
    const from = copy.proof.signer;
    const ctx = network.contexts[from];
    if (ctx === undefined) return [copy];
    const face = copy.to % 2 === 0 ? copy : (contradict(copy, network) ?? copy);
    const forged = adversary.forgeries(face.message, ctx).filter(({ claimedFrom }) => claimedFrom !== copy.to);
    const copies = forged.map(({ claimedFrom, message }): Copy => {
      const proof = { signer: claimedFrom, signature: network.signature(from, message) };
      return { from: claimedFrom, to: copy.to, message, proof };
    });
    return [face, ...copies];
  };
  /** Pads its certificates with one signer. */
  const inflate: Traitor = (copy, network) => {
    const ctx = network.contexts[copy.proof.signer];
    const message = ctx === undefined ? null : adversary.inflate(copy.message, ctx);
    return [message === null ? copy : resigned(copy, message, network)];
  };
  /** Says every vote three times. */
  const repeatVotes: Traitor = (copy) =>
    copy.message.type === 'prepare' || copy.message.type === 'commit' ? [copy, copy, copy] : [copy];

  return { equivocate, doubleVote, lieInViewChange, silent, selective, forge, inflate, repeatVotes };
}
