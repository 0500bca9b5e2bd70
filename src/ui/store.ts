/**
 * The page's own state: what is selected, open, how wide; and the session's newest frame. Nothing here decides
 * anything about the run. One store per page, made by `createUiStore` and reached through `useUi`.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { NodeIndex } from '../core/ids.ts';
import type { Speed } from '../session/api.ts';
import type { Frame, LiveSession } from '../session/view.ts';
import { BEAT_MS, isOnlyTime } from './beat.ts';
import { type LabState, labState } from './labState.ts';
import { Reports } from './reports.ts';

export type Selection =
  | { readonly kind: 'node'; readonly node: NodeIndex }
  | { readonly kind: 'message'; readonly id: string }
  | { readonly kind: 'link'; readonly from: NodeIndex; readonly to: NodeIndex }
  | { readonly kind: 'block'; readonly height: number; readonly digest: string }
  | { readonly kind: 'transaction'; readonly id: string }
  /** A transaction between shards, by its number. */
  | { readonly kind: 'crossing'; readonly transaction: number }
  | { readonly kind: 'certificate'; readonly node: NodeIndex; readonly index: number };

export type RailId = 'scenarios' | 'faults' | 'checks' | 'search' | 'compare' | 'branches' | 'snapshots';
export type TabId = 'spacetime' | 'chain' | 'shards' | 'metrics' | 'events' | 'petri';
/** On a phone, inspector and rail panels are tabs like the others. */
export type PhoneTabId = TabId | RailId | 'inspector';
export type Theme = 'system' | 'light' | 'dark';
export type DialogId = 'help' | 'share' | 'export' | 'editor';

/** What a notice offers to do about it. */
export interface ToastAction {
  readonly label: string;
  run(): void;
}

export interface Toast {
  readonly id: number;
  readonly tone: 'info' | 'error';
  readonly text: string;
  readonly action: ToastAction | null;
}

/** Sizes of the panels that can be dragged, CSS px. */
export interface PanelSizes {
  readonly inspector: number;
  readonly tabs: number;
  /** Of the panels of a phone. */
  readonly phone: number;
}

export interface UiState extends LabState {
  readonly frame: Frame | null;
  readonly selection: Selection | null;
  /** Nodes marked together (shift-click), to be cut off from the rest; ascending. */
  readonly marked: readonly NodeIndex[];
  readonly rail: RailId | null;
  readonly tab: TabId;
  readonly phoneTab: PhoneTabId;
  readonly theme: Theme;
  readonly projector: boolean;
  readonly sizes: PanelSizes;
  /** Titles of the panels folded to their title. */
  readonly folded: Readonly<Record<string, boolean>>;
  readonly dialog: DialogId | null;
  readonly toasts: readonly Toast[];
  /** Why no testnet could be opened at all; null while all is well. */
  readonly bootProblem: string | null;
  /** Another testnet is being built, or one brought back, and it takes long enough to be noticed. */
  readonly isBuilding: boolean;
  /** What *Play* plays at; kept while paused. */
  readonly speed: Speed;
  /** Counts the snapshots taken from this page, so that lists of them know to look again. */
  readonly snapshotVersion: number;
  /** Whether the first hint has done its work. */
  readonly hinted: boolean;
  endHint(): void;
  toggleMark(node: NodeIndex): void;
  clearMarks(): void;
  select(selection: Selection | null): void;
  openRail(rail: RailId | null): void;
  openTab(tab: TabId): void;
  openPhoneTab(tab: PhoneTabId): void;
  setTheme(theme: Theme): void;
  setProjector(projector: boolean): void;
  resize(sizes: Partial<PanelSizes>): void;
  toggleFold(title: string): void;
  openDialog(dialog: DialogId | null): void;
  notify(text: string, tone?: Toast['tone'], action?: ToastAction): void;
  dismiss(id: number): void;
  setSpeed(speed: Speed): void;
  snapshotsChanged(): void;
}

export type UiStore = StoreApi<UiState>;

const PREFERENCES = 'testnet-playground/preferences';
const TOAST_LIFETIME_MS = 6_000;

type Preferences = Pick<UiState, 'theme' | 'projector' | 'sizes' | 'folded' | 'rail' | 'tab' | 'hinted'>;

/** On a tall screen the views below the network have more room from the start. @param height of the window, CSS px */
function roomyTabs(height: number | undefined): number {
  return height !== undefined && height >= 1_000 ? 320 : 228;
}

const DEFAULTS: Preferences = {
  theme: 'system',
  projector: false,
  sizes: { inspector: 328, tabs: roomyTabs(globalThis.innerHeight), phone: 300 },
  folded: {},
  rail: 'scenarios',
  tab: 'chain',
  hinted: false,
};

/** A store with remembered preferences. Storage that is blocked or damaged means defaults. */
export function createUiStore(storage: Storage | null = localStorageOrNull()): UiStore {
  let nextToast = 1;
  const store = createStore<UiState>((set) => ({
    ...readPreferences(storage),
    ...labState(set, storage),
    frame: null,
    selection: null,
    marked: [],
    phoneTab: 'inspector',
    dialog: null,
    toasts: [],
    bootProblem: null,
    isBuilding: false,
    speed: 1,
    snapshotVersion: 0,
    endHint: () => set({ hinted: true }),
    toggleMark: (node) => set(({ marked }) => ({ marked: toggled(marked, node) })),
    clearMarks: () => set({ marked: [] }),
    select: (selection) => set({ selection }),
    openRail: (rail) => set({ rail }),
    openTab: (tab) => set({ tab }),
    openPhoneTab: (phoneTab) => set({ phoneTab }),
    setTheme: (theme) => set({ theme }),
    setProjector: (projector) => set({ projector }),
    resize: (sizes) => set((state) => ({ sizes: { ...state.sizes, ...sizes } })),
    toggleFold: (title) => set((state) => ({ folded: { ...state.folded, [title]: state.folded[title] !== true } })),
    openDialog: (dialog) => set({ dialog }),
    notify: (text, tone = 'info', action) => {
      const toast = { id: nextToast++, tone, text, action: action ?? null };
      set((state) => ({ toasts: [...state.toasts.slice(-2), toast] }));
      setTimeout(() => store.getState().dismiss(toast.id), TOAST_LIFETIME_MS);
    },
    dismiss: (id) => set((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) })),
    setSpeed: (speed) => set({ speed }),
    snapshotsChanged: () => set((state) => ({ snapshotVersion: state.snapshotVersion + 1 })),
  }));
  if (storage !== null) rememberPreferences(store, storage);
  return store;
}

/**
 * Copies the session's frame into the store, with what is measured as of the playhead (`reports.ts`): while it plays, once a
 * beat; at once, that is with the next animation frame, when more than time has passed or somebody looks elsewhere. Canvases
 * read the session itself. Returns a function that stops.
 */
export function followSession(store: UiStore, session: LiveSession): () => void {
  let scheduled = 0;
  let publishedAt = Number.NEGATIVE_INFINITY;
  const reports = new Reports();
  const publish = () => {
    scheduled = 0;
    const newest = session.frame();
    const frame = newest === null ? null : reports.seen(newest, () => session.view());
    const before = store.getState().frame;
    if (frame === before) return;
    const now = performance.now();
    if (now - publishedAt < BEAT_MS && isOnlyTime(before, frame)) {
      scheduled = requestAnimationFrame(publish);
      return;
    }
    publishedAt = now;
    // A selection belongs to its run: ids of another run mean something else.
    const isSameRun = before === null || frame?.runId === before.runId;
    // A speed set through `window.testnet` shows in the transport too.
    const isNewSpeed = frame !== null && frame.status === 'playing' && frame.speed !== before?.speed;
    store.setState({
      frame,
      ...(isSameRun ? {} : { selection: null, marked: [], armed: null }),
      ...(isNewSpeed ? { speed: frame.speed } : {}),
    });
  };
  const stop = session.subscribe(() => {
    if (scheduled === 0) scheduled = requestAnimationFrame(publish);
  });
  publish();
  return () => {
    stop();
    if (scheduled !== 0) cancelAnimationFrame(scheduled);
  };
}

function toggled(nodes: readonly NodeIndex[], node: NodeIndex): readonly NodeIndex[] {
  return nodes.includes(node) ? nodes.filter((other) => other !== node) : [...nodes, node].sort((a, b) => a - b);
}

function localStorageOrNull(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

function readPreferences(storage: Storage | null): Preferences {
  try {
    const saved: unknown = JSON.parse(storage?.getItem(PREFERENCES) ?? '{}');
    return typeof saved === 'object' && saved !== null ? accept(saved as Partial<Preferences>) : DEFAULTS;
  } catch {
    return DEFAULTS;
  }
}

function accept(saved: Partial<Preferences>): Preferences {
  const oneOf = <T>(value: unknown, allowed: readonly T[], otherwise: T): T =>
    allowed.includes(value as T) ? (value as T) : otherwise;
  const size = (value: unknown, otherwise: number): number =>
    typeof value === 'number' && value >= 120 && value <= 900 ? value : otherwise;
  return {
    theme: oneOf(saved.theme, ['system', 'light', 'dark'], DEFAULTS.theme),
    projector: saved.projector === true,
    hinted: saved.hinted === true,
    sizes: {
      inspector: size(saved.sizes?.inspector, DEFAULTS.sizes.inspector),
      tabs: size(saved.sizes?.tabs, DEFAULTS.sizes.tabs),
      phone: size(saved.sizes?.phone, DEFAULTS.sizes.phone),
    },
    folded: typeof saved.folded === 'object' && saved.folded !== null ? saved.folded : {},
    rail: oneOf(
      saved.rail,
      ['scenarios', 'faults', 'checks', 'search', 'compare', 'branches', 'snapshots', null],
      DEFAULTS.rail,
    ),
    tab: oneOf(saved.tab, ['spacetime', 'chain', 'shards', 'metrics', 'events', 'petri'], DEFAULTS.tab),
  };
}

function rememberPreferences(store: UiStore, storage: Storage): void {
  let written = '';
  store.subscribe(({ theme, projector, sizes, folded, rail, tab, hinted }, before) => {
    if (
      theme === before.theme &&
      projector === before.projector &&
      sizes === before.sizes &&
      folded === before.folded &&
      rail === before.rail &&
      tab === before.tab &&
      hinted === before.hinted
    )
      return;
    const text = JSON.stringify({ theme, projector, sizes, folded, rail, tab, hinted });
    if (text === written) return;
    written = text;
    try {
      storage.setItem(PREFERENCES, text);
    } catch {
      // Full or blocked storage costs the memory of preferences, nothing else.
    }
  });
}
