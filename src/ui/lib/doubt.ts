/** Why a shard in doubt may not guess, in words made from what happened. Pure. */
import type { Micros } from '../../core/time.ts';
import { formatDuration, formatTime } from './format.ts';
import { type Doubt, shardName, transactionsText } from './shards.ts';

export interface DoubtStory {
  readonly title: string;
  /** What the shard itself knows. */
  readonly knows: string;
  /** What would come of guessing, and whether this time it would happen to be right. */
  readonly ifAborts: string;
  readonly ifCommits: string;
  /** What only somebody sees who looks at all shards at once. */
  readonly truth: string;
  readonly meanwhile: string;
  readonly ends: string;
}

export function doubtStory(doubt: Doubt, at: Micros, commit: '2pc' | '3pc'): DoubtStory {
  const { transaction, shard } = doubt;
  return {
    title: `${shardName(shard)} is in doubt about transaction ${transaction.transaction}`,
    knows: knownTo(doubt, at),
    ...guesses(doubt),
    truth: truthOf(doubt),
    meanwhile: meanwhileOf(doubt),
    ends: endsOf(doubt, commit),
  };
}

function knownTo(doubt: Doubt, at: Micros): string {
  const { shard, since, selfDownSince } = doubt;
  const voted = `${shardName(shard)} voted YES at ${formatTime(since)}`;
  if (selfDownSince !== null) {
    const log = 'Its log holds the YES and no decision: restarted, it locks again and asks.';
    return `${voted} and is down since ${formatTime(selfDownSince)}. ${log}`;
  }
  return `${voted} and has heard no decision for ${formatDuration(at - since)}. ${whyNot(doubt)}`;
}

function coordinatorOf({ transaction: { coordinator } }: Doubt): string {
  return coordinator === null ? 'its coordinator' : shardName(coordinator);
}

function whyNot(doubt: Doubt): string {
  const coordinator = coordinatorOf(doubt);
  if (doubt.downSince !== null) return `Its coordinator ${coordinator} is down since ${formatTime(doubt.downSince)}.`;
  if (doubt.isCutOff) return `A partition cuts it off from its coordinator ${coordinator}.`;
  return `Its coordinator ${coordinator} is up, but has not been heard.`;
}

/** Shards that have ended the transaction in one way; that the coordinator did so too goes without saying. */
function ended({ transaction: { parts, coordinator } }: Doubt, stage: 'commit' | 'abort'): string[] {
  const others = parts.filter((part) => part.stage === stage && part.shard !== coordinator);
  return others.map((part) => shardName(part.shard));
}

function guesses(doubt: Doubt): Pick<DoubtStory, 'ifAborts' | 'ifCommits'> {
  const coordinator = coordinatorOf(doubt);
  const outcome = outcomeOf(doubt);
  const committed = ended(doubt, 'commit');
  if (outcome === 'commit') {
    const who = committed.length > 0 ? `${committed.join(' and ')} committed already` : `${coordinator} decided COMMIT`;
    return {
      ifAborts: `It would be wrong: ${who}. Units paid out there would never be taken here, or the other way round.`,
      ifCommits:
        'It would happen to be right. But one NO anywhere means ABORT, and it cannot know that there was none.',
    };
  }
  if (outcome === 'abort') {
    return {
      ifAborts: 'It would happen to be right. But if all voted YES, COMMIT may have been told to others.',
      ifCommits: `It would be wrong: the transaction is aborted. Its part would be done here and nowhere else.`,
    };
  }
  return {
    ifAborts: `If all voted YES, ${coordinator} may have decided COMMIT before anybody heard: others would commit what is aborted here.`,
    ifCommits: `If somebody voted NO, or ${coordinator} gives up, all others abort: its part would be done here and nowhere else.`,
  };
}

function outcomeOf(doubt: Doubt): 'commit' | 'abort' | null {
  if (doubt.transaction.decided !== null) return doubt.transaction.decided.outcome;
  if (ended(doubt, 'commit').length > 0) return 'commit';
  return ended(doubt, 'abort').length > 0 ? 'abort' : null;
}

function truthOf(doubt: Doubt): string {
  const { decided } = doubt.transaction;
  const coordinator = coordinatorOf(doubt);
  const committed = ended(doubt, 'commit');
  const aborted = ended(doubt, 'abort');
  const done = [
    ...(committed.length > 0 ? [`${committed.join(', ')} committed`] : []),
    ...(aborted.length > 0 ? [`${aborted.join(', ')} aborted`] : []),
  ];
  const others = done.length === 0 ? 'no other shard has carried it out yet' : done.join('; ');
  if (decided === null) return `${coordinator} has not decided${done.length === 0 ? '' : `; ${others}`}.`;
  return `${coordinator} decided ${decided.outcome.toUpperCase()} at ${formatTime(decided.at)}, which is on its disk; ${others}.`;
}

function meanwhileOf({ held, waiting }: Doubt): string {
  const locks = held.length === 0 ? 'It holds no lock' : `It keeps ${held.join(', ')} locked`;
  if (waiting.length === 0) return `${locks}; nobody waits for that yet.`;
  const verb = waiting.length === 1 ? 'waits' : 'wait';
  return `${locks}, for which ${transactionsText(waiting)} ${verb}.`;
}

function endsOf(doubt: Doubt, commit: '2pc' | '3pc'): string {
  const coordinator = coordinatorOf(doubt);
  if (commit === '3pc') return 'A majority of all shards can end it: what one of them wrote down, or else ABORT.';
  if (ended(doubt, 'commit').length + ended(doubt, 'abort').length > 0)
    return 'It asks the others: one that knows the outcome is enough.';
  if (doubt.downSince !== null) return `Nobody else knows. When ${coordinator} restarts, its log tells what to say.`;
  if (doubt.isCutOff) return 'When the partition heals, the decision is said again.';
  return `${coordinator} says its decision again until it is acknowledged.`;
}
