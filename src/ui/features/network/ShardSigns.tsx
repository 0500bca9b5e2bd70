/** Padlocks at their shards: a stack for all accounts locked there; pointed at or focused, each account with who holds and waits. */
import { useStore as useFlowStore } from '@xyflow/react';
import { type FocusEvent, type KeyboardEvent, useId, useState } from 'react';
import { Icon } from '../../components/icons.tsx';
import { Padlock } from '../../components/Padlock.tsx';
import { formatDuration, plural } from '../../lib/format.ts';
import { configOf, type LockedAccount, shardName } from '../../lib/shards.ts';
import { useUi } from '../../playground.tsx';
import { type ShardsNow, useShards } from '../../useShards.ts';
import type { Point, Scale } from './geometry.ts';
import styles from './ShardSigns.module.css';
import { signOf, type ShardSign, signName, signPlace } from './shardSigns.ts';

const PER_SECOND = 12;
const LISTED = 7;

export function ShardSigns({ positions, scale }: { readonly positions: readonly Point[]; readonly scale: Scale }) {
  const now = useShards(PER_SECOND);
  const [x, y, zoom] = useFlowStore((state) => state.transform);
  if (now === null) return null;
  return (
    <div className={styles.layer}>
      {now.locked.map((accounts, shard) => {
        if (accounts.length === 0) return null;
        const place = signPlace(now.shape, shard, positions, scale);
        if (place === null) return null;
        return (
          <Sign
            key={shardName(shard)}
            sign={signOf(shard, accounts, now.frame.playhead)}
            accounts={accounts}
            now={now}
            x={place.x * zoom + x}
            y={place.y * zoom + y}
            size={Math.min(20, Math.max(scale.labels === 'hover' ? 8 : 11, scale.radius * 0.5 * zoom))}
          />
        );
      })}
    </div>
  );
}

interface SignProps {
  readonly sign: ShardSign;
  readonly accounts: readonly LockedAccount[];
  readonly now: ShardsNow;
  /** In the panel, CSS px. */
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

function Sign({ sign, accounts, now, x, y, size }: SignProps) {
  const [open, setOpen] = useState(false);
  const width = useFlowStore((state) => state.width);
  const height = useFlowStore((state) => state.height);
  const card = useId();
  const onBlur = (event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !open) return;
    event.stopPropagation();
    setOpen(false);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button within does the same by focus; this keeps the card under the pointer.
    <div
      className={styles.sign}
      style={{ translate: `${x}px ${y}px` }}
      data-open={open}
      onMouseEnter={() => setOpen(true)}
      onMouseLeave={() => setOpen(false)}
      onFocus={() => setOpen(true)}
      onBlur={onBlur}
      onKeyDown={onKeyDown}
    >
      <button
        type="button"
        className={styles.lock}
        data-small={size < 11}
        aria-label={signName(sign)}
        aria-expanded={open}
        aria-controls={open ? card : undefined}
        onClick={() => setOpen(true)}
      >
        <Padlock age={sign.age} inDoubt={sign.doubtCount > 0} count={sign.lockCount} size={size} />
        {sign.lockCount > 1 && <span className={styles.count}>{sign.lockCount}</span>}
        {sign.waitCount > 0 && (
          <span className={styles.waits}>
            <Icon name="pending" size={11} />
            {sign.waitCount}
          </span>
        )}
        {sign.doubtCount > 0 && size >= 13 && <span className={styles.doubt}>in doubt</span>}
      </button>
      {open && (
        <section
          id={card}
          className={styles.card}
          data-left={x > width * 0.55}
          data-up={y > height * 0.5}
          aria-label={`Locks of ${shardName(sign.shard)}`}
        >
          <Card shard={sign.shard} accounts={accounts} now={now} />
        </section>
      )}
    </div>
  );
}

function Card({ shard, accounts, now }: { readonly shard: number } & Pick<SignProps, 'accounts' | 'now'>) {
  const { frame } = now;
  const policy = frame.declaration.transactions?.policies(configOf(frame)).locks ?? '';
  return (
    <>
      <h3 className={styles.title}>Locks of {shardName(shard)}</h3>
      <ul className={styles.accounts}>
        {accounts.slice(0, LISTED).map((entry) => (
          <Account key={entry.account} entry={entry} at={frame.playhead} />
        ))}
      </ul>
      {accounts.length > LISTED && <p className={styles.policy}>and {accounts.length - LISTED} more</p>}
      <p className={styles.policy}>Policy: {policy}.</p>
    </>
  );
}

function Account({ entry, at }: { readonly entry: LockedAccount; readonly at: number }) {
  const { account, holders, waiters } = entry;
  return (
    <li>
      <b className={styles.account}>{account}</b>
      <span>
        {holders.map(({ transaction, since, isInDoubt }) => (
          <span key={transaction}>
            held by <Transaction number={transaction} /> for {formatDuration(at - since)}
            {isInDoubt && ', in doubt'}{' '}
          </span>
        ))}
        {waiters.length > 0 && (
          <span className={styles.waiting}>
            {plural(waiters.length, 'waits', 'wait')}:{' '}
            {waiters.map(({ transaction }) => (
              <Transaction key={transaction} number={transaction} />
            ))}
          </span>
        )}
      </span>
    </li>
  );
}

function Transaction({ number }: { readonly number: number }) {
  const select = useUi((state) => state.select);
  const openPhoneTab = useUi((state) => state.openPhoneTab);
  return (
    <button
      type="button"
      className={styles.transaction}
      aria-label={`Transaction ${number}`}
      onClick={() => {
        select({ kind: 'crossing', transaction: number });
        openPhoneTab('inspector');
      }}
    >
      {number}
    </button>
  );
}
