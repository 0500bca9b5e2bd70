import { counted } from '../counted.ts';
import type { NodeIndex } from '../../core/ids.ts';
import { verifyStatement } from '../../kernel/host/signing.ts';
import type { AnyProtocol, DecidedBlock, Decision, MessageMeta, SignedMessage } from '../../protocols/protocol.ts';
import type { Facts } from '../facts.ts';
import { remember } from '../history.ts';
import type { Invariant } from '../invariant.ts';

const VERIFIED_MAX = 4096;
const NO_META: MessageMeta = { type: -1, slot: -1, epoch: -1, digest: '' };

/** What signatures were found to prove, by the identity of their bytes, which never change: the nodes of a thread share most. */
type Verified = Map<
  Uint8Array,
  { readonly slot: number; readonly epoch: number; readonly signer: NodeIndex; readonly digest: string }
>;

/**
 * Every decision carries a certificate: votes for that very block by a quorum of distinct members, each signature valid.
 * Each distinct vote is verified once.
 */
export function certificates(): Invariant {
  const verified: Verified = new Map();
  let history: DecidedBlock[] = [];
  let checked = 0;
  let setting: Setting | null = null;
  return {
    name: 'certificates',
    states: 'every decision is proved by valid signatures of a quorum of distinct validators',
    onDecision({ t, node, decision, block }, facts) {
      setting ??= settingOf(facts);
      const fault = examine(decision, history, facts, setting, verified);
      remember(history, block);
      checked++;
      return fault === null ? null : { at: t, detail: `${facts.name(node)} at height ${decision.slot}: ${fault}` };
    },
    standing: () => ({ verdict: 'holds', detail: `${counted(checked, 'certificate')} verified` }),
    capture: () => ({ history, checked }),
    restore(state) {
      const saved = state as { history: DecidedBlock[]; checked: number };
      history = saved.history;
      checked = saved.checked;
      verified.clear();
    },
  };
}

/** What the quorum of a decision may depend on, the same for all of a run. */
type Setting = Parameters<AnyProtocol['quorumAt']>[2];

function settingOf({ validatorCount, plan, world }: Facts): Setting {
  return { validatorCount, stakes: plan.validators.map(({ stake }) => stake), config: world.config };
}

function examine(
  decision: Decision,
  history: readonly DecidedBlock[],
  facts: Facts,
  setting: Setting,
  verified: Verified,
): string | null {
  const { protocol } = facts.world;
  const { members, quorum, powers } = protocol.quorumAt(decision, history, setting);
  const signers = new Set<NodeIndex>();
  let message: unknown = null;
  let meta = NO_META;
  for (const vote of protocol.votes(decision)) {
    const { signer } = vote.proof;
    // Those who said the same mostly share one message.
    if (vote.message !== message) meta = protocol.meta(vote.message);
    message = vote.message;
    if (meta.slot !== decision.slot || meta.digest !== decision.digest) return 'a vote is for another block';
    if (!members.includes(signer)) return `${facts.name(signer)} is not a member`;
    if (signers.has(signer)) return `${facts.name(signer)} is counted twice`;
    signers.add(signer);
    if (!verifyOnce(vote, meta.epoch, decision, facts, verified))
      return `the signature of ${facts.name(signer)} is not valid`;
  }
  if (powers === undefined) {
    return signers.size >= quorum ? null : `${signers.size} distinct signers, a quorum is ${quorum}`;
  }
  const power = [...signers].reduce((sum, signer) => sum + (powers[signer] ?? 0), 0);
  return power >= quorum ? null : `signers with a voting power of ${power}, a quorum is ${quorum}`;
}

function verifyOnce(
  vote: SignedMessage<unknown>,
  epoch: number,
  decision: Decision,
  facts: Facts,
  verified: Verified,
): boolean {
  const { signer, signature } = vote.proof;
  const { slot, digest } = decision;
  const known = verified.get(signature);
  if (known?.slot === slot && known.epoch === epoch && known.signer === signer && known.digest === digest) return true;
  if (!verifyStatement(facts.world, signer, vote.message as { readonly type: string }, signature)) return false;
  if (verified.size > VERIFIED_MAX) verified.clear();
  verified.set(signature, { slot, epoch, signer, digest });
  return true;
}
