/** Name, what runs, and what can be done with the run as a whole. */
import { Button, IconButton } from '../components/controls.tsx';
import { Menu } from '../components/Menu.tsx';
import { useMedia } from '../components/useMedia.ts';
import { ScenarioFields } from '../features/scenarios/index.ts';
import { formatTime } from '../lib/format.ts';
import { useAction, useFrame, usePlayground, useUi } from '../playground.tsx';
import styles from './Header.module.css';

export function Header({ compact }: { readonly compact: boolean }) {
  return (
    <header className={styles.header} data-compact={compact}>
      <h1 className={styles.name}>
        <Mark />
        {!compact && 'Testnet Playground'}
        {compact && <span className="visually-hidden">Testnet Playground</span>}
      </h1>
      <ScenarioFields compact={compact} />
      <Actions compact={compact} />
    </header>
  );
}

function Actions({ compact }: { readonly compact: boolean }) {
  const { session } = usePlayground();
  const act = useAction();
  const openDialog = useUi((state) => state.openDialog);
  const openRail = useUi((state) => state.openRail);
  const openPhoneTab = useUi((state) => state.openPhoneTab);
  const changed = useUi((state) => state.snapshotsChanged);
  const notify = useUi((state) => state.notify);
  const loaded = useFrame(() => true, false);
  const takeSnapshot = async () => {
    const at = session.frame()?.head ?? 0;
    if (!(await act(() => session.snapshot()))) return;
    changed();
    notify(`Snapshot saved at ${formatTime(at)}.`);
    openRail('snapshots');
    openPhoneTab('snapshots');
  };
  const share = () => openDialog('share');
  if (compact)
    return (
      <div className={styles.actions}>
        <IconButton icon="share" label="Share" onClick={share} disabled={!loaded} />
        <IconButton icon="snapshots" label="Snapshot" onClick={() => void takeSnapshot()} disabled={!loaded} />
        <More loaded={loaded} />
      </div>
    );
  return (
    <div className={styles.actions}>
      <Button icon="share" onClick={share} disabled={!loaded}>
        Share
      </Button>
      <Button icon="download" onClick={() => openDialog('export')} disabled={!loaded}>
        Export
      </Button>
      <Button icon="snapshots" onClick={() => void takeSnapshot()} disabled={!loaded}>
        Snapshot
      </Button>
      <PresentButton loaded={loaded} />
      <ProjectorButton />
      <ThemeButton />
      <IconButton icon="help" label="Help" shortcut="?" onClick={() => openDialog('help')} />
    </div>
  );
}

/** On a phone: what does not fit beside the scenario's name. */
function More({ loaded }: { readonly loaded: boolean }) {
  const openDialog = useUi((state) => state.openDialog);
  const start = usePresent();
  const theme = useTheme();
  const items = [
    {
      label: 'Export',
      explain: 'Trace, picture, chart or run as a file',
      run: () => openDialog('export'),
      disabled: !loaded,
    },
    { label: 'Present', explain: 'The story of the run, full screen', run: start, disabled: !loaded },
    { label: theme.label, run: theme.change },
    { label: 'Help', run: () => openDialog('help') },
  ];
  return <Menu label="More" icon="more" compact groups={[{ title: 'More', items }]} />;
}

/** The theme that is not on, and how to change to it. */
function useTheme(): { readonly isDark: boolean; readonly label: string; change(): void } {
  const theme = useUi((state) => state.theme);
  const setTheme = useUi((state) => state.setTheme);
  const prefersDark = useMedia('(prefers-color-scheme: dark)');
  const isDark = theme === 'dark' || (theme === 'system' && prefersDark);
  return {
    isDark,
    label: isDark ? 'Light theme' : 'Dark theme',
    change: () => setTheme(isDark ? 'light' : 'dark'),
  };
}

function ThemeButton() {
  const { isDark, label, change } = useTheme();
  return <IconButton icon={isDark ? 'sun' : 'moon'} label={label} onClick={change} />;
}

function ProjectorButton() {
  const projector = useUi((state) => state.projector);
  const setProjector = useUi((state) => state.setProjector);
  return (
    <IconButton
      icon="projector"
      label="Larger type for a projector"
      pressed={projector}
      onClick={() => setProjector(!projector)}
    />
  );
}

/** Starts full screen with the story of the run, for an audience; where the browser refuses the full screen, the page does. */
function usePresent(): () => void {
  const present = useUi((state) => state.present);
  return () => {
    present(0);
    document.documentElement.requestFullscreen?.().catch(() => undefined);
  };
}

function PresentButton({ loaded }: { readonly loaded: boolean }) {
  return <IconButton icon="present" label="Present" onClick={usePresent()} disabled={!loaded} />;
}

/** Four nodes on a ring, in the colours of the phases. */
function Mark() {
  return (
    <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
      <path d="M11 3.5 18.5 11 11 18.5 3.5 11Z" fill="none" stroke="var(--line-strong)" strokeWidth="1.3" />
      <rect x="8.3" y=".8" width="5.4" height="5.4" rx="1" fill="var(--phase-propose)" />
      <circle cx="18.5" cy="11" r="2.8" fill="var(--phase-first)" />
      <circle cx="3.5" cy="11" r="2.8" fill="var(--phase-first)" />
      <path d="M11 15.2 14.2 20.800H7.800Z" fill="var(--phase-second)" />
    </svg>
  );
}
