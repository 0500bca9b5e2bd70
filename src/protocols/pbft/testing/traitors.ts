/** Traitors for the tests, from this folder's own adversary hooks. */
import type { Message } from '../messages.ts';
import { adversary } from '../adversary.ts';
import type { Copy, Network, Traitor } from './harness.ts';

/** Says one thing to even nodes, another to odd ones: proposals and votes alike. */
export const equivocate: Traitor = (copy, network) => {
  if (copy.to % 2 === 0) return [copy];
  const conflicting = contradict(copy, network);
  return [conflicting ?? copy];
};

/** Votes for two blocks towards everyone. */
export const doubleVote: Traitor = (copy, network) => {
  const conflicting = copy.message.type === 'pre-prepare' ? null : contradict(copy, network);
  return conflicting === null ? [copy] : [copy, conflicting];
};

/** In its view changes it never prepared anything. */
export const lieInViewChange: Traitor = (copy, network) => {
  if (copy.message.type !== 'view-change') return [copy];
  return [contradict(copy, network) ?? copy];
};

/** Says nothing at all. */
export const silent: Traitor = () => [];

/** Speaks to a random half of its peers. */
export const selective: Traitor = (copy, network) => (network.random(2) === 0 ? [copy] : []);

/** Votes also in the names of all others, as commits for what it proposes or prepares. */
export const forge: Traitor = (copy, network) => {
  const from = copy.proof.signer;
  const ctx = network.contexts[from];
  if (ctx === undefined) return [copy];
  const face = copy.to % 2 === 0 ? copy : (contradict(copy, network) ?? copy);
  const forged = adversary.forgeries(face.message, ctx).filter(({ claimedFrom }) => claimedFrom !== copy.to);
  return [
    face,
    ...forged.map(
      ({ claimedFrom, message }): Copy => ({
        from: claimedFrom,
        to: copy.to,
        message,
        // Its own signature under another's name.
        proof: { signer: claimedFrom, signature: network.signature(from, message) },
      }),
    ),
  ];
};

/** Pads its certificates with one signer. */
export const inflate: Traitor = (copy, network) => {
  const ctx = network.contexts[copy.proof.signer];
  const message = ctx === undefined ? null : adversary.inflate(copy.message, ctx);
  return [message === null ? copy : resigned(copy, message, network)];
};

/** Says every vote three times. */
export const repeatVotes: Traitor = (copy) =>
  copy.message.type === 'prepare' || copy.message.type === 'commit' ? [copy, copy, copy] : [copy];

function contradict(copy: Copy, network: Network): Copy | null {
  const self = copy.proof.signer;
  const [state, ctx] = [network.states[self], network.contexts[self]];
  if (state === undefined || ctx === undefined) return null;
  const message = adversary.conflicting(copy.message, state, ctx);
  return message === null ? null : resigned(copy, message, network);
}

function resigned(copy: Copy, message: Message, network: Network): Copy {
  return { ...copy, message, proof: network.sign(copy.proof.signer, message) };
}
