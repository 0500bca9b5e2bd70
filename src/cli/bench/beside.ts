/** Measures a run of ours, and beside it the same work in the peer's simulator where there is a clone of it. */
import { RIVAL_NAME, type RivalProtocol } from '../rival/messages.ts';
import { type RivalPlace, withRival } from '../rival/process.ts';
import { type BenchOptions, type Group, type Ratio, type Row, rate, ratesInTurns, ratioOf, rowOf } from './measure.ts';

export interface OwnWork {
  readonly group: Group;
  readonly name: string;
  /** One run of ours; answers with its decisions. */
  readonly once: () => number;
  /** Decisions of a run of the peer's. */
  readonly decisions: number;
}

export interface BesideRival {
  readonly row: Row;
  /** Decisions of ours a second, run by run. */
  readonly perSecond: readonly number[];
  readonly rivalRows: readonly Row[];
  readonly ratios: readonly Ratio[];
}

export async function besideRival(
  { group, name, once, decisions }: OwnWork,
  place: RivalPlace | null,
  protocol: RivalProtocol,
  nodeCount: number,
  options: BenchOptions,
): Promise<BesideRival> {
  const budgetMs = options.quick ? 50 : 300;
  options.onStep(name);
  const own = (ms: number): Promise<number> => rate(once, ms, options.now);
  if (place === null) {
    const [perSecond = []] = await ratesInTurns([own], budgetMs, options);
    return { row: rowOf(group, name, 'decisions/s', perSecond), perSecond, rivalRows: [], ratios: [] };
  }
  return withRival(place, protocol, nodeCount, async (rival, { sent, handled }) => {
    const theirs = async (ms: number): Promise<number> => decisions * (await rival.rate(ms));
    const [perSecond = [], rivalPerSecond = []] = await ratesInTurns([own, theirs], budgetMs, options);
    const row = rowOf(group, name, 'decisions/s', perSecond);
    const work = `${decisions} ${decisions === 1 ? 'decision' : 'decisions'} a run`;
    const rivalName = `${RIVAL_NAME}, ${protocol} n=${nodeCount}, ${work}, ${sent} messages sent, ${handled} handled`;
    const rivalRow = rowOf(group, rivalName, 'decisions/s', rivalPerSecond);
    const ratios = ratioOf(`${protocol} n=${nodeCount}, ${work}: ours / ${RIVAL_NAME}`, row, rivalRow);
    return { row, perSecond, rivalRows: [rivalRow], ratios };
  });
}
