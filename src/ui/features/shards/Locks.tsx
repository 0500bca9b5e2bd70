/** Every locked account: where, who holds it, for how long, who waits. */
import { Padlock } from '../../components/Padlock.tsx';
import { formatDuration } from '../../lib/format.ts';
import { ageLevel, type LockedAccount, shardName } from '../../lib/shards.ts';
import { useUi } from '../../playground.tsx';
import type { ShardsNow } from '../../useShards.ts';
import styles from './Panel.module.css';

const SHOWN = 200;

export function Locks({ now }: { readonly now: ShardsNow }) {
  const locked = now.locked.flat();
  return (
    <section className={styles.part} aria-label="Locks">
      <header className={styles.partHead}>
        <h3>Locks</h3>
        <span className={styles.aside}>{locked.length === 0 ? 'none' : `${locked.length} accounts`}</span>
      </header>
      {locked.length === 0 ? (
        <p className={styles.empty}>
          No account is locked. A transaction locks the accounts it changes at every shard, from its vote until it has
          heard how it ends; nobody else can touch them meanwhile.
        </p>
      ) : (
        <div className={styles.scroll}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Account</th>
                <th scope="col">Held by</th>
                <th scope="col">For</th>
                <th scope="col">Waiting</th>
              </tr>
            </thead>
            <tbody>
              {locked.slice(0, SHOWN).map((entry) => (
                <Row key={`${entry.shard} ${entry.account}`} entry={entry} at={now.frame.playhead} />
              ))}
            </tbody>
          </table>
          {locked.length > SHOWN && <p className={styles.more}>and {locked.length - SHOWN} more</p>}
        </div>
      )}
    </section>
  );
}

function Row({ entry, at }: { readonly entry: LockedAccount; readonly at: number }) {
  const { shard, account, holders, waiters } = entry;
  const age = at - Math.min(...holders.map(({ since }) => since));
  const inDoubt = holders.some((holder) => holder.isInDoubt);
  return (
    <tr>
      <th scope="row">
        <span className={styles.account}>
          <Padlock age={ageLevel(age)} inDoubt={inDoubt} isShared={holders.length > 1} size={13} />
          {account} <span className={styles.at}>{shardName(shard)}</span>
        </span>
      </th>
      <td>
        <Numbers transactions={holders.map(({ transaction }) => transaction)} />
        {holders.length > 1 && <span className={styles.none}> shared</span>}
      </td>
      <td>
        {formatDuration(age)}
        {inDoubt && <span className={styles.doubtful}>in doubt</span>}
      </td>
      <td>
        <Numbers transactions={waiters.map(({ transaction }) => transaction)} />
      </td>
    </tr>
  );
}

function Numbers({ transactions }: { readonly transactions: readonly number[] }) {
  const select = useUi((state) => state.select);
  if (transactions.length === 0) return <span className={styles.none}>–</span>;
  return transactions.map((transaction) => (
    <button
      key={transaction}
      type="button"
      className={styles.number}
      aria-label={`Transaction ${transaction}`}
      onClick={() => select({ kind: 'crossing', transaction })}
    >
      {transaction}
    </button>
  ));
}
