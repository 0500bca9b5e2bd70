/** One branch in the tree. */
import { type FormEvent, useState } from 'react';
import type { BranchInfo } from '../../../session/branches/types.ts';
import { Button, controlStyles, IconButton } from '../../components/controls.tsx';
import { Badge, Foreign } from '../../components/small.tsx';
import { formatTime } from '../../lib/format.ts';
import { useAction, useCalmFrame, usePlayground } from '../../playground.tsx';
import styles from './Panel.module.css';
import { branchReading, branchTitle } from './selectors.ts';

interface Props {
  readonly branch: BranchInfo;
  readonly refresh: () => Promise<unknown>;
}

export function Item({ branch, refresh }: Props) {
  const [renaming, setRenaming] = useState(false);
  const title = branchTitle(branch);
  return (
    <li
      className={styles.item}
      style={{ paddingLeft: `${Math.min(branch.depth, 6) * 14}px` }}
      aria-current={branch.isCurrent ? 'true' : undefined}
      data-depth={branch.depth}
    >
      <span className={styles.dot} data-current={branch.isCurrent} aria-hidden="true" />
      <div className={styles.body}>
        {renaming ? (
          <NameForm branch={branch} onDone={() => setRenaming(false)} refresh={refresh} />
        ) : (
          <span className={styles.title}>
            <strong>
              <Foreign text={title} limit={80} />
            </strong>
            {branch.isCurrent && <Badge>at hand</Badge>}
          </span>
        )}
        <span className={styles.meta}>
          <Reading branch={branch} />
          {branch.name !== null && branch.forkedAtMs !== null && ` · from ${formatTime(branch.forkedAtMs * 1_000)}`}
        </span>
        <Actions branch={branch} title={title} refresh={refresh} onRename={() => setRenaming(true)} />
      </div>
    </li>
  );
}

/** How far the branch has got; of the run at hand, as it goes on. */
function Reading({ branch }: { readonly branch: BranchInfo }) {
  const frame = useCalmFrame(2);
  const isLive = branch.isCurrent && frame !== null && frame.runId === branch.runId;
  return <>{branchReading(isLive ? { atMs: frame.head / 1_000, height: frame.height } : branch)}</>;
}

interface ActionsProps extends Props {
  readonly title: string;
  readonly onRename: () => void;
}

function Actions({ branch, title, refresh, onRename }: ActionsProps) {
  const { session, store } = usePlayground();
  const act = useAction();
  const switchTo = () => act(() => session.branches.switchTo(branch.runId));
  const undo = async () => {
    if (await act(() => session.branches.undoRemove(branch.runId))) await refresh();
  };
  const remove = async () => {
    if (!(await act(() => session.branches.remove(branch.runId)))) return;
    await refresh();
    store.getState().notify(`Deleted: ${title}`, 'info', { label: 'Undo', run: () => void undo() });
  };
  return (
    <span className={styles.row}>
      {!branch.isCurrent && (
        <Button onClick={() => void switchTo()} label={`Switch to ${title}`}>
          Switch
        </Button>
      )}
      <Button onClick={onRename} label={`Rename ${title}`}>
        Rename
      </Button>
      {!branch.isCurrent && <IconButton icon="close" label={`Delete ${title}`} onClick={() => void remove()} />}
    </span>
  );
}

function NameForm({ branch, refresh, onDone }: Props & { readonly onDone: () => void }) {
  const { session } = usePlayground();
  const act = useAction();
  const [name, setName] = useState(branch.name ?? '');
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await act(() => session.branches.rename(branch.runId, name)))) return;
    await refresh();
    onDone();
  };
  return (
    <form className={styles.form} onSubmit={(event) => void save(event)}>
      <input
        className={controlStyles['input']}
        // biome-ignore lint/a11y/noAutofocus: the field opens because somebody asked to write into it.
        autoFocus
        value={name}
        maxLength={80}
        aria-label="Name of the branch"
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onDone()}
      />
      <Button type="submit">Save</Button>
    </form>
  );
}
