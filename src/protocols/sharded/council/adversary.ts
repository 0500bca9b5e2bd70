/** What a lying shard can tell its council: one change that is wanted to some, another to others. */
import { askedOf } from './effects.ts';
import { type Change, changeDigest, changeText, type CouncilMessage } from './messages.ts';
import type { Ctx } from '../state.ts';
import type { Council } from './state.ts';

/** The same message about another change; null where there is none to lie about. */
export function contradict(
  message: CouncilMessage,
  council: Council | null,
  ctx: Pick<Ctx, 'config' | 'shards'>,
): CouncilMessage | null {
  if (council === null) return null;
  switch (message.type) {
    case 'council-proposal':
    case 'council-decided': {
      const change = otherChange(message.change, council, ctx);
      return change === null ? null : { ...message, change };
    }
    case 'council-vote':
    case 'council-confirm': {
      const { epoch, digest } = message;
      const about = [...council.proposals.values()].find((proposal) => proposal.digest === digest);
      const change = about === undefined ? null : otherChange(about.change, council, ctx);
      return change === null ? null : { ...message, digest: changeDigest(epoch, change) };
    }
    default:
      return null;
  }
}

/** Another one that the scenario asks for and that is not in force: honest shards find it right as well. */
function otherChange(change: Change, { log }: Council, ctx: Pick<Ctx, 'config' | 'shards'>): Change | null {
  const done = new Set([change, ...log].map(changeText));
  return askedOf(ctx).find((asked) => !done.has(changeText(asked.change)))?.change ?? null;
}
