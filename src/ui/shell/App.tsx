/** The page: header, rail, network, tabs, inspector, transport, status line; on a phone the panels become tabs. */
import { lazy, type ReactNode, Suspense } from 'react';
import { type Tab, Tabs } from '../components/Tabs.tsx';
import { PHONE, useMedia } from '../components/useMedia.ts';
import { ChainPanel } from '../features/chain/index.ts';
import { ChecksPanel } from '../features/checks/index.ts';
import { useCompareAddress } from '../features/compare/useCompareAddress.ts';
import { EventsPanel } from '../features/events/index.ts';
import { FaultsPanel } from '../features/faults/index.ts';
import { InspectorPanel } from '../features/inspector/index.ts';
import { MetricsPanel } from '../features/metrics/index.ts';
import { NetworkPanel } from '../features/network/index.ts';
import { ScenariosPanel } from '../features/scenarios/index.ts';
import { SnapshotsPanel } from '../features/snapshots/index.ts';
import { StatusPanel } from '../features/status/index.ts';
import { TransportPanel } from '../features/transport/index.ts';
import { type Playground, PlaygroundProvider, useUi } from '../playground.tsx';
import type { PhoneTabId, TabId } from '../store.ts';
import styles from './App.module.css';
import { Header } from './Header.tsx';
import { PresentLayout } from './PresentLayout.tsx';
import { Rail } from './Rail.tsx';
import { Splitter } from './Splitter.tsx';
import { Toasts } from './Toasts.tsx';
import { useAppearance } from './useAppearance.ts';
import { useKeyboard } from './useKeyboard.ts';

const ShareDialog = lazy(() => import('../features/share/ShareDialog.tsx'));
const ScenarioEditor = lazy(() => import('../features/scenarios/editor/ScenarioEditor.tsx'));
/** The dialog with the means to draw the network, both loaded when it is opened first. */
const ExportDialog = lazy(async () => {
  const [{ default: Dialog }, { drawNetwork }] = await Promise.all([
    import('../features/share/ExportDialog.tsx'),
    import('../features/network/picture/index.ts'),
  ]);
  return { default: () => <Dialog draw={drawNetwork} /> };
});
const SpacetimePanel = lazy(() =>
  import('../features/spacetime/index.ts').then((module) => ({ default: module.SpacetimePanel })),
);
const ShardsPanel = lazy(() =>
  import('../features/shards/index.ts').then((module) => ({ default: module.ShardsPanel })),
);
const PetriPanel = lazy(() => import('../features/petri/index.ts').then((module) => ({ default: module.PetriPanel })));
const ExplorePanel = lazy(() =>
  import('../features/explore/index.ts').then((module) => ({ default: module.ExplorePanel })),
);
const ComparePanel = lazy(() =>
  import('../features/compare/index.ts').then((module) => ({ default: module.ComparePanel })),
);
const BranchesPanel = lazy(() =>
  import('../features/branches/index.ts').then((module) => ({ default: module.BranchesPanel })),
);
const HelpDialog = lazy(() => import('../features/help/HelpDialog.tsx'));

const TABS: readonly Tab<TabId>[] = [
  { id: 'spacetime', label: 'Space-time' },
  { id: 'chain', label: 'Chain' },
  { id: 'shards', label: 'Shards' },
  { id: 'metrics', label: 'Metrics' },
  { id: 'events', label: 'Events' },
  { id: 'petri', label: 'Petri net' },
];

const PHONE_TABS: readonly Tab<PhoneTabId>[] = [
  { id: 'inspector', label: 'Inspector' },
  { id: 'scenarios', label: 'Scenarios' },
  { id: 'faults', label: 'Faults' },
  { id: 'checks', label: 'Checks' },
  { id: 'search', label: 'Search' },
  { id: 'compare', label: 'Compare' },
  ...TABS,
  { id: 'branches', label: 'Branches' },
  { id: 'snapshots', label: 'Snapshots' },
];

const PANELS: Readonly<Record<PhoneTabId, () => ReactNode>> = {
  inspector: InspectorPanel,
  scenarios: () => <ScenariosPanel />,
  faults: FaultsPanel,
  checks: ChecksPanel,
  search: () => (
    <Suspense fallback={null}>
      <ExplorePanel />
    </Suspense>
  ),
  compare: () => (
    <Suspense fallback={null}>
      <ComparePanel />
    </Suspense>
  ),
  branches: () => (
    <Suspense fallback={null}>
      <BranchesPanel />
    </Suspense>
  ),
  snapshots: SnapshotsPanel,
  spacetime: () => (
    <Suspense fallback={null}>
      <SpacetimePanel />
    </Suspense>
  ),
  chain: ChainPanel,
  shards: () => (
    <Suspense fallback={null}>
      <ShardsPanel />
    </Suspense>
  ),
  metrics: MetricsPanel,
  events: EventsPanel,
  petri: () => (
    <Suspense fallback={null}>
      <PetriPanel />
    </Suspense>
  ),
};

export function App({ playground }: { readonly playground: Playground }) {
  return (
    <PlaygroundProvider value={playground}>
      <Page />
    </PlaygroundProvider>
  );
}

function Page() {
  useAppearance();
  useKeyboard();
  useCompareAddress();
  const phone = useMedia(PHONE);
  const presenting = useUi((state) => state.presenting !== null);
  return (
    <>
      {presenting ? <PresentLayout /> : phone ? <PhoneLayout /> : <DeskLayout />}
      <Dialogs />
      <Toasts />
    </>
  );
}

function DeskLayout() {
  const sizes = useUi((state) => state.sizes);
  const resize = useUi((state) => state.resize);
  return (
    <div className={styles.desk}>
      <Header compact={false} />
      <div className={styles.middle}>
        <Rail panels={PANELS} />
        <main className={styles.centre}>
          <div className={styles.network}>
            <NetworkPanel />
          </div>
          <Splitter
            label="Height of the tabs"
            direction="vertical"
            size={sizes.tabs}
            min={120}
            max={560}
            onChange={(tabs) => resize({ tabs })}
          />
          <div className={styles.tabs} style={{ height: sizes.tabs }}>
            <DeskTabs />
          </div>
        </main>
        <aside className={styles.side} aria-label="Details">
          <Splitter
            label="Width of the inspector"
            direction="horizontal"
            size={sizes.inspector}
            min={240}
            max={620}
            onChange={(inspector) => resize({ inspector })}
          />
          <div className={styles.inspector} style={{ width: sizes.inspector }}>
            <InspectorPanel />
          </div>
        </aside>
      </div>
      <div className={styles.transport}>
        <TransportPanel />
      </div>
      <div className={styles.status}>
        <StatusPanel />
      </div>
    </div>
  );
}

/** Without what the protocol has nothing for; where that was chosen, the first one stands in for it. */
function useTabs<T extends PhoneTabId>(
  all: readonly Tab<T>[],
  chosen: T,
): { readonly tabs: readonly Tab<T>[]; readonly tab: T } {
  const crosses = useUi((state) => state.frame?.declaration.transactions !== undefined);
  const tabs = crosses ? all : all.filter(({ id }) => id !== 'shards');
  return { tabs, tab: tabs.some(({ id }) => id === chosen) ? chosen : (tabs[0]?.id ?? chosen) };
}

function DeskTabs() {
  const { tabs, tab } = useTabs(
    TABS,
    useUi((state) => state.tab),
  );
  const open = useUi((state) => state.openTab);
  const Panel = PANELS[tab];
  return (
    <Tabs label="Views" tabs={tabs} chosen={tab} onChoose={open}>
      <Panel />
    </Tabs>
  );
}

function PhoneLayout() {
  const { tabs, tab } = useTabs(
    PHONE_TABS,
    useUi((state) => state.phoneTab),
  );
  const open = useUi((state) => state.openPhoneTab);
  const size = useUi((state) => state.sizes.phone);
  const resize = useUi((state) => state.resize);
  const Panel = PANELS[tab];
  return (
    <div className={styles.phone}>
      <Header compact />
      <main className={styles.phoneMain}>
        <div className={styles.phoneNetwork}>
          <NetworkPanel />
        </div>
        <Splitter
          label="Height of the panels"
          direction="vertical"
          withGrip
          size={size}
          min={150}
          max={560}
          onChange={(phone) => resize({ phone })}
        />
        <div className={styles.phoneTabs} style={{ flexBasis: size }}>
          <Tabs label="Panels" tabs={tabs} chosen={tab} onChoose={open}>
            {tab === 'scenarios' ? <ScenariosPanel withFields /> : <Panel />}
          </Tabs>
        </div>
      </main>
      <div className={styles.status}>
        <StatusPanel />
      </div>
      <TransportPanel />
    </div>
  );
}

function Dialogs() {
  const dialog = useUi((state) => state.dialog);
  return (
    <Suspense fallback={null}>
      {dialog === 'share' && <ShareDialog />}
      {dialog === 'export' && <ExportDialog />}
      {dialog === 'editor' && <ScenarioEditor />}
      {dialog === 'help' && <HelpDialog />}
    </Suspense>
  );
}
