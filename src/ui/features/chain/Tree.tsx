/** Blocks from left to right, an edge from each to its parents, forks in rows of their own. */
import { useEffect, useMemo, useRef } from 'react';
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { formatDuration, formatTime, shortHash } from '../../lib/format.ts';
import { usePlayground, useUi } from '../../playground.tsx';
import { type Edge, layoutTree, type Place } from './layout.ts';
import styles from './Panel.module.css';
import { type BlockView, certificatesThatFit, parentsOf, signersText, type Standing } from './selectors.ts';

const COLUMN = 132;
const ROW = 108;
const WIDTH = 108;
const HEIGHT = 92;
/** Of a card: padding and border. */
const SIDES = 18;
const MARGIN = 14;
const TICKS_UP_TO = 32;
const TICKS_A_ROW = 10;
/** A square and the gap beside it. */
const TICK = 9;
const HEADS_UP_TO = 5;

interface Props {
  readonly blocks: readonly BlockView[];
  readonly said: ReadonlyMap<string, readonly string[]>;
  readonly standings: readonly Standing[];
}

export function Tree({ blocks, said, standings }: Props) {
  const field = useRef<HTMLDivElement>(null);
  const { layout, guesses } = useMemo(() => {
    const parents = new Map(blocks.map((block) => [block.id, parentsOf(block, blocks, said)]));
    const tree = blocks.map((block) => ({
      id: block.id,
      slot: block.height,
      parents: parents.get(block.id)?.ids ?? [],
      // The first decided stays in line; of the undecided, the one with most votes.
      weight: (block.firstAt === null ? 0 : 1_000_000) + block.decidedCount * 1_000 + votesFor(block),
    }));
    const guessed = new Set([...parents].filter(([, { isGuess }]) => isGuess).map(([id]) => id));
    return { layout: layoutTree(tree), guesses: guessed };
  }, [blocks, said]);
  const newest = blocks.at(-1)?.height ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the strip moves on with every new height.
  useEffect(() => {
    const element = field.current;
    if (element !== null) element.scrollLeft = element.scrollWidth;
  }, [newest]);
  const width = MARGIN * 2 + layout.slots.length * COLUMN;
  const height = MARGIN * 2 + Math.max(1, layout.rowCount) * ROW;
  return (
    <div className={styles.tree} ref={field}>
      <div className={styles.canvas} style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true" className={styles.edges}>
          {layout.edges.map((edge) => (
            <path
              key={`${edge.from.id} ${edge.to.id}`}
              d={pathOf(edge)}
              data-guess={guesses.has(edge.from.id)}
              className={styles.edge}
            />
          ))}
        </svg>
        <ol aria-label="Blocks">
          {blocks.map((block) => {
            const place = layout.places.get(block.id);
            return place === undefined ? null : (
              <Block key={block.id} block={block} place={place} heads={headsAt(block, standings)} />
            );
          })}
        </ol>
      </div>
    </div>
  );
}

function votesFor({ certificates }: BlockView): number {
  return certificates.reduce((sum, { voters }) => sum + voters.length, 0);
}

function pathOf({ from, to }: Edge): string {
  const [x1, y1] = [MARGIN + from.column * COLUMN, MARGIN + from.row * ROW + HEIGHT / 2];
  const [x2, y2] = [MARGIN + to.column * COLUMN + WIDTH, MARGIN + to.row * ROW + HEIGHT / 2];
  const bend = Math.max(12, (x1 - x2) / 2);
  return `M${x1} ${y1}C${x1 - bend} ${y1} ${x2 + bend} ${y2} ${x2} ${y2}`;
}

/** Validators whose newest block this is. */
function headsAt(block: BlockView, standings: readonly Standing[]): readonly Standing[] {
  return standings.filter(({ height }, validator) => height === block.height && block.decided[validator] === true);
}

interface BlockProps {
  readonly block: BlockView;
  readonly place: Place;
  readonly heads: readonly Standing[];
}

function Block({ block, place, heads }: BlockProps) {
  const nodes = useUi((state) => state.frame?.nodes ?? []);
  const { store } = usePlayground();
  const chosen = useUi((state) => state.selection?.kind === 'block' && state.selection.digest === block.digest);
  const isDecided = block.firstAt !== null;
  const choose = () => {
    store.getState().select({ kind: 'block', height: block.height, digest: block.digest });
  };
  return (
    <li style={{ left: MARGIN + place.column * COLUMN, top: MARGIN + place.row * ROW, width: WIDTH, height: HEIGHT }}>
      <button
        type="button"
        className={styles.block}
        aria-pressed={chosen}
        aria-label={nameOf(block)}
        title={titleOf(block)}
        data-decided={isDecided}
        data-conflicting={block.isConflicting}
        data-complete={block.decidedCount === block.decided.length}
        onClick={choose}
      >
        <span className={styles.top}>
          <span className={styles.height}>{block.height}</span>
          {block.isConflicting && <span className={styles.warning}>conflict</span>}
          {certificatesThatFit(block, WIDTH - SIDES).map((certificate) => (
            <span
              key={`${certificate.type} ${certificate.epoch}`}
              className={styles.certificate}
              data-closed={certificate.closedAt !== null}
              title={signersText(certificate, nodes)}
            >
              <PhaseGlyph phase={certificate.phase} size={11} />
              {certificate.voters.length}
            </span>
          ))}
        </span>
        <span className={styles.digest}>{shortHash(block.digest)}</span>
        <span className={styles.meta}>{block.firstAt === null ? 'not decided' : formatTime(block.firstAt)}</span>
        <Ticks block={block} />
      </button>
      {heads.length > 0 && (
        <span className={styles.heads} title={`newest block of ${heads.map(({ id }) => id).join(' ')}`}>
          {heads.length > HEADS_UP_TO ? `${heads.length} here` : heads.map(({ id }) => id).join(' ')}
        </span>
      )}
    </li>
  );
}

function Ticks({ block }: { readonly block: BlockView }) {
  if (block.decided.length > TICKS_UP_TO)
    return (
      <span className={styles.meta}>
        {block.decidedCount} of {block.decided.length}
      </span>
    );
  const rows = Math.ceil(block.decided.length / TICKS_A_ROW);
  return (
    <svg className={styles.ticks} width={TICKS_A_ROW * TICK} height={rows * TICK} aria-hidden="true">
      <path d={ticksOf(block, false)} />
      <path d={ticksOf(block, true)} data-has />
    </svg>
  );
}

/** The squares of all validators that have the block, or of those that lack it: in one piece, for there may be two thousand. */
function ticksOf({ decided }: BlockView, have: boolean): string {
  return decided
    .map((has, index) => {
      const [x, y] = [(index % TICKS_A_ROW) * TICK, Math.floor(index / TICKS_A_ROW) * TICK];
      return has === have ? `M${x + 0.5} ${y + 0.5}h6v6h-6z` : '';
    })
    .join('');
}

function nameOf(block: BlockView): string {
  const conflict = block.isConflicting ? ', in conflict' : '';
  if (block.firstAt === null) return `Block ${block.height}, not decided, ${votesFor(block)} votes`;
  return `Block ${block.height}, decided by ${block.decidedCount} of ${block.decided.length}${conflict}`;
}

function titleOf({ firstAt, spread, proposedAt }: BlockView): string {
  if (firstAt === null) return proposedAt === null ? 'voted for' : `proposed at ${formatTime(proposedAt)}`;
  return `decided first at ${formatTime(firstAt)}, by all within ${formatDuration(spread)}`;
}
