/** Saved states of runs: take one, go back to one, continue one as a new run. */
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import type { SnapshotInfo } from '../../../session/api.ts';
import { Button, controlStyles } from '../../components/controls.tsx';
import { Section } from '../../components/Section.tsx';
import { Foreign, Note } from '../../components/small.tsx';
import { formatBytes, formatMs } from '../../lib/format.ts';
import { useAction, useFrame, usePlayground, useUi } from '../../playground.tsx';
import styles from './Panel.module.css';

export function SnapshotsPanel() {
  const { session } = usePlayground();
  const act = useAction();
  const version = useUi((state) => state.snapshotVersion);
  const [list, setList] = useState<readonly SnapshotInfo[]>([]);
  const refresh = useCallback(() => act(async () => setList(await session.snapshots())), [act, session]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` says that a snapshot was taken elsewhere.
  useEffect(() => void refresh(), [refresh, version]);
  const byHand = list.filter((snapshot) => !snapshot.automatic);
  const automatic = list.filter((snapshot) => snapshot.automatic);
  return (
    <>
      <Section title="Save this moment">
        <TakeForm />
      </Section>
      <Section title="Named" aside={byHand.length}>
        <List snapshots={byHand} empty="None yet." />
      </Section>
      <Section title="Automatic" aside={automatic.length}>
        <List snapshots={automatic} empty="Taken by itself while a run goes on." />
      </Section>
    </>
  );
}

function TakeForm() {
  const { session } = usePlayground();
  const act = useAction();
  const changed = useUi((state) => state.snapshotsChanged);
  const loaded = useFrame(() => true, false);
  const [name, setName] = useState('');
  const take = async (event: FormEvent) => {
    event.preventDefault();
    if (await act(() => session.snapshot(name.trim() === '' ? undefined : name.trim()))) {
      setName('');
      changed();
    }
  };
  return (
    <form className={styles.form} onSubmit={(event) => void take(event)}>
      <input
        className={controlStyles['input']}
        value={name}
        maxLength={80}
        placeholder="Name (optional)"
        aria-label="Name of the snapshot"
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" disabled={!loaded}>
        Save
      </Button>
    </form>
  );
}

function List({ snapshots, empty }: { readonly snapshots: readonly SnapshotInfo[]; readonly empty: string }) {
  if (snapshots.length === 0) return <Note>{empty}</Note>;
  return (
    <ul className={styles.list}>
      {snapshots.map((snapshot) => (
        <Item key={snapshot.id} snapshot={snapshot} />
      ))}
    </ul>
  );
}

function Item({ snapshot }: { readonly snapshot: SnapshotInfo }) {
  const { session } = usePlayground();
  const act = useAction();
  const name = snapshot.name ?? snapshot.scenarioName;
  return (
    <li>
      <span className={styles.text}>
        <strong>
          <Foreign text={name} limit={80} />
        </strong>
        <span className={styles.meta}>
          at {formatMs(snapshot.atMs)}, height {snapshot.height}, {formatBytes(snapshot.sizeBytes)} ·{' '}
          {new Date(snapshot.savedAt).toLocaleString()}
        </span>
      </span>
      <span className={styles.row}>
        <Button onClick={() => void act(() => session.restore(snapshot.id))} label={`Restore ${name}`}>
          Restore
        </Button>
        <Button icon="fork" onClick={() => void act(() => session.fork(snapshot.id))} label={`Fork ${name}`}>
          Fork
        </Button>
      </span>
    </li>
  );
}
