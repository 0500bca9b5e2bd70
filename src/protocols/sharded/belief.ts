/**
 * What a client believes of shards. A shard of one node is trusted. Of several validators some may lie: what one more than can lie
 * say alike, a correct one says (Castro, Liskov 1999, §4.1).
 */
import type { NodeIndex } from '../../core/ids.ts';
import { oneCorrect } from '../../core/quorum.ts';
import type { NodeContext } from '../protocol.ts';
import type { ShardedConfig } from './config.ts';
import type { AccountMoved, Message, Outcome, Result } from './messages.ts';
import { isMoving, onAccountMoved, type Whereabouts } from './moves.ts';
import { isReplicated, shardOfNode, shardSize } from './replicated/state.ts';

type Ctx = NodeContext<ShardedConfig, Message>;

/** What the validators of shards have told a client that it does not yet believe. Plain data. */
export interface Hearsay {
  /** By transaction: who said which outcome; where accounts move, `moved` apart from other aborts. */
  readonly answers: Map<number, Readonly<Record<Outcome | 'moved', NodeIndex[]>>>;
  /** By validator, then by account: where the account is, as it last said. */
  readonly news: Map<NodeIndex, Map<number, Whereabouts>>;
}

export function createHearsay(): Hearsay {
  return { answers: new Map(), news: new Map() };
}

/** Whether an answer of this validator makes it certain. `asked`: the shard that was asked. */
export function isBelieved(
  { answers }: Hearsay,
  from: NodeIndex,
  { slot, outcome, reason }: Result,
  asked: NodeIndex,
  ctx: Ctx,
): boolean {
  if (!isReplicated(ctx)) return true;
  if (shardOfNode(from, ctx) !== asked) return false;
  const said = answers.get(slot) ?? { commit: [], abort: [], moved: [] };
  answers.set(slot, said);
  // The same transfers come again after a move: whether it was one must be as sure as the outcome.
  const who = said[reason === 'moved' && isMoving(ctx) ? 'moved' : outcome];
  if (!who.includes(from)) who.push(from);
  return who.length >= oneCorrect(shardSize(ctx));
}

/** Takes in where accounts are, once enough validators of one shard have said it. */
export function hearMoved(
  { news }: Hearsay,
  known: Map<number, Whereabouts>,
  from: NodeIndex,
  message: AccountMoved,
  ctx: Ctx,
): void {
  if (!isReplicated(ctx)) return onAccountMoved(known, message);
  if (from >= ctx.validatorCount) return;
  const told = news.get(from) ?? new Map<number, Whereabouts>();
  news.set(from, told);
  for (const move of message.moves) {
    const { account, shard, version } = move;
    if (account >= ctx.workload.accountCount || shard >= (ctx.shards?.count ?? 0)) continue;
    if (version <= (known.get(account)?.version ?? 0)) continue;
    told.set(account, { shard, version });
    if (supporters(news, from, move, ctx) >= oneCorrect(shardSize(ctx)))
      onAccountMoved(known, { type: 'account-moved', moves: [move] });
  }
}

/** Validators of the same shard whose last word on the account is this. */
function supporters(
  news: Hearsay['news'],
  from: NodeIndex,
  { account, shard, version }: AccountMoved['moves'][number],
  ctx: Ctx,
): number {
  let count = 0;
  for (const [node, told] of news) {
    const last = told.get(account);
    if (shardOfNode(node, ctx) === shardOfNode(from, ctx) && last?.shard === shard && last.version === version) count++;
  }
  return count;
}
