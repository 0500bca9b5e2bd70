/** Shards that are divided: their leaves, and who speaks for them in which transaction. */
import { shardName, transactionsText } from '../../lib/shards.ts';
import type { ShardsNow } from '../../useShards.ts';
import styles from './Panel.module.css';

const MEANING =
  'Of the leaves that take part in a transaction from outside, one asks the others and votes for all of them.';

export function Parents({ now }: { readonly now: ShardsNow }) {
  const { parents = [] } = now.shape;
  if (parents.length === 0) return null;
  return (
    <section className={styles.part} data-strip aria-label="Nested shards" title={MEANING}>
      <h3 className={styles.stripTitle}>Nested shards</h3>
      <dl className={styles.parents}>
        {parents.map(({ name, shards }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {shards.map(shardName).join(', ')}
              {speaking(shards, now).map((text) => (
                <span key={text} className={styles.speaks}>
                  {text}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** `s2 speaks for them in transactions 7 and 9`, by leaf. */
function speaking(shards: readonly number[], { moment }: ShardsNow): readonly string[] {
  return shards.flatMap((shard) => {
    const mine = moment.open.filter(({ heads = [] }) => heads.includes(shard)).map(({ transaction }) => transaction);
    return mine.length === 0 ? [] : [`${shardName(shard)} speaks for them in ${transactionsText(mine)}`];
  });
}
