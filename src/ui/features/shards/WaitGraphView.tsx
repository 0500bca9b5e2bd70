/** Transactions and who waits for whom, as a graph or as a list; a circle is marked and named. */
import { useMemo, useState } from 'react';
import { Button } from '../../components/controls.tsx';
import { Icon } from '../../components/icons.tsx';
import { shardName, type WaitGraph } from '../../lib/shards.ts';
import { useUi } from '../../playground.tsx';
import { layoutOf, NODE, type Place } from './layout.ts';
import styles from './Panel.module.css';

export function WaitGraphView({ graph, policy }: { readonly graph: WaitGraph; readonly policy: string }) {
  const [asList, setAsList] = useState(false);
  const isEmpty = graph.transactions.length === 0;
  return (
    <section className={styles.part} aria-label="Who waits for whom">
      <header className={styles.partHead}>
        <h3>Who waits for whom</h3>
        {!isEmpty && <Button onClick={() => setAsList(!asList)}>{asList ? 'Show graph' : 'Show list'}</Button>}
      </header>
      <Deadlocks graph={graph} />
      {isEmpty ? (
        <NobodyWaits policy={policy} />
      ) : asList ? (
        <WaitList graph={graph} />
      ) : (
        <div className={styles.scroll}>
          <Graph graph={graph} />
        </div>
      )}
    </section>
  );
}

function Deadlocks({ graph }: { readonly graph: WaitGraph }) {
  if (graph.circles.length === 0) return null;
  return (
    <ul className={styles.deadlocks} role="alert">
      {graph.circles.map((circle) => (
        <li key={circle.join(' ')}>
          <Icon name="alert" size={14} />
          <span>
            <b>Deadlock:</b> {[...circle, circle[0]].join(' → ')}. Each waits for the next: nobody goes on by itself.
          </span>
        </li>
      ))}
    </ul>
  );
}

function NobodyWaits({ policy }: { readonly policy: string }) {
  return (
    <p className={styles.empty}>
      Nobody waits. Two transactions that want the same account meet here: an arrow leads from the one that waits to the
      one that holds the lock; arrows in a circle are a deadlock. Here {policy}. For more of it: fewer accounts, a
      higher rate, or a coordinator that crashes while others hold locks for it.
    </p>
  );
}

function Graph({ graph }: { readonly graph: WaitGraph }) {
  const { places, width, height } = useMemo(() => layoutOf(graph), [graph]);
  const at = new Map(places.map((place) => [place.transaction, place]));
  const circling = circlingOf(graph);
  return (
    <div className={styles.graph} style={{ width, height }}>
      <svg width={width} height={height} aria-hidden="true">
        <defs>
          <marker id="waits" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0.500 7.500 4 0 7.500Z" className={styles.head} />
          </marker>
        </defs>
        {graph.edges.map(({ from, to, places: where }) => {
          const [a, b] = [at.get(from), at.get(to)];
          if (a === undefined || b === undefined) return null;
          const inCircle = circling.get(from) === to;
          return (
            <g key={`${from} ${to}`}>
              <path d={arrow(a, b)} className={styles.edge} data-circle={inCircle} markerEnd="url(#waits)" />
              <title>{where.map(placeText).join(', ')}</title>
            </g>
          );
        })}
      </svg>
      {places.map((place) => (
        <Transaction key={place.transaction} place={place} graph={graph} inCircle={circling.has(place.transaction)} />
      ))}
    </div>
  );
}

/** Of the members of circles: whom each waits for in its circle. */
function circlingOf({ circles }: WaitGraph): ReadonlyMap<number, number> {
  return new Map(
    circles.flatMap((circle) =>
      circle.map((member, i) => [member, circle[(i + 1) % circle.length] as number] as const),
    ),
  );
}

/** From the left side of who waits to the right side of whom it waits for; backwards, below both. */
function arrow(from: Place, to: Place): string {
  const half = NODE.height / 2;
  if (from.x > to.x) {
    const [x1, x2] = [from.x, to.x + NODE.width + 2];
    const bend = Math.max(18, (x1 - x2) / 2);
    return `M${x1} ${from.y + half}C${x1 - bend} ${from.y + half} ${x2 + bend} ${to.y + half} ${x2} ${to.y + half}`;
  }
  const [x1, x2] = [from.x + NODE.width / 2, to.x + NODE.width / 2];
  const low = Math.max(from.y, to.y) + NODE.height + 16;
  return `M${x1} ${from.y + NODE.height}C${x1} ${low} ${x2} ${low} ${x2} ${to.y + NODE.height + 2}`;
}

const placeText = ({ shard, account }: WaitGraph['edges'][number]['places'][number]): string =>
  `${account} at ${shardName(shard)}`;

interface TransactionProps {
  readonly place: Place;
  readonly graph: WaitGraph;
  readonly inCircle: boolean;
}

function Transaction({ place: { transaction, x, y }, graph, inCircle }: TransactionProps) {
  const select = useUi((state) => state.select);
  const openPhoneTab = useUi((state) => state.openPhoneTab);
  const chosen = useUi((state) => state.selection?.kind === 'crossing' && state.selection.transaction === transaction);
  const targets = graph.edges.filter((edge) => edge.from === transaction).map((edge) => edge.to);
  const name = targets.length === 0 ? `waits for nobody` : `waits for ${targets.join(', ')}`;
  return (
    <button
      type="button"
      className={styles.node}
      style={{ left: x, top: y, width: NODE.width, height: NODE.height }}
      aria-label={`Transaction ${transaction}, ${name}${inCircle ? ', in a deadlock' : ''}`}
      aria-pressed={chosen}
      data-circle={inCircle}
      data-waits={targets.length > 0}
      onClick={() => {
        select({ kind: 'crossing', transaction });
        openPhoneTab('inspector');
      }}
    >
      {transaction}
    </button>
  );
}

/** The same for those who would rather read it. */
function WaitList({ graph }: { readonly graph: WaitGraph }) {
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Transaction</th>
            <th scope="col">waits for</th>
            <th scope="col">because of</th>
          </tr>
        </thead>
        <tbody>
          {graph.edges.map(({ from, to, places }) => (
            <tr key={`${from} ${to}`}>
              <td>{from}</td>
              <td>{to}</td>
              <td>{places.map(placeText).join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
