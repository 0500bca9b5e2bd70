/** The part of the page's state that the laboratory adds: a fault in hand, the lasso, how the network is laid out, presenting. */
import type { NodeIndex } from '../core/ids.ts';

/** A place in the network's layout, px at zoom 1. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

export type Arrangement = 'ring' | 'regions';

export interface LabState {
  /** The palette's entry that the next node or link chosen will get; null: choosing selects. */
  readonly armed: string | null;
  /** Whether a drag across the network draws a lasso. */
  readonly lasso: boolean;
  readonly arrangement: Arrangement;
  /** Marks grow with the bytes they carry. */
  readonly marksByBytes: boolean;
  /** Width of the panel beside the rail, CSS px. */
  readonly railWidth: number;
  setRailWidth(railWidth: number): void;
  /** Where nodes were dragged to, by network (validators and clients) and arrangement. */
  readonly places: Readonly<Record<string, readonly Place[]>>;
  /** The step of the story that is on; null while the page is not presenting. */
  readonly presenting: number | null;
  /** Changes to the version of the page that waits; null while there is none, or somebody said later. */
  readonly newVersion: (() => void) | null;
  announceVersion(change: (() => void) | null): void;
  /** The moment under the pointer in a chart, virtual µs; other views of time show it too. */
  readonly pointedAt: number | null;
  point(at: number | null): void;
  arm(entry: string | null): void;
  setLasso(lasso: boolean): void;
  /** Marks exactly these nodes together. */
  mark(nodes: readonly NodeIndex[]): void;
  arrange(arrangement: Arrangement): void;
  setMarksByBytes(marksByBytes: boolean): void;
  /** Null forgets them: nodes stand where the arrangement puts them. */
  remember(network: string, places: readonly Place[] | null): void;
  present(step: number | null): void;
}

type Change = Partial<LabState> & { readonly marked?: readonly NodeIndex[] };

const REMEMBERED = 'testnet-playground/network';
const NETWORKS_MAX = 12;

type Remembered = Pick<LabState, 'arrangement' | 'marksByBytes' | 'places' | 'railWidth'>;

export const RAIL_WIDTH = { usual: 267, min: 200, max: 520 } as const;

/** The laboratory's slice of the page's store. Storage that is blocked or damaged means defaults. */
export function labState(
  set: (change: Change | ((state: LabState) => Change)) => void,
  storage: Storage | null,
): LabState {
  const kept = readRemembered(storage);
  const keep = (change: (state: LabState) => Partial<Remembered>) =>
    set((state) => {
      const next = { ...pick(state), ...change(state) };
      writeRemembered(storage, next);
      return next;
    });
  return {
    ...kept,
    armed: null,
    lasso: false,
    presenting: null,
    newVersion: null,
    pointedAt: null,
    point: (pointedAt) => set({ pointedAt }),
    announceVersion: (newVersion) => set({ newVersion }),
    arm: (armed) => set({ armed, lasso: false }),
    setLasso: (lasso) => set({ lasso, armed: null }),
    mark: (nodes) => set({ marked: [...new Set(nodes)].sort((a, b) => a - b), lasso: false }),
    arrange: (arrangement) => keep(() => ({ arrangement })),
    setRailWidth: (railWidth) => keep(() => ({ railWidth })),
    setMarksByBytes: (marksByBytes) => keep(() => ({ marksByBytes })),
    remember: (network, places) => keep((state) => ({ places: withPlaces(state.places, network, places) })),
    present: (presenting) => set({ presenting, armed: null, lasso: false }),
  };
}

function pick({ arrangement, marksByBytes, places, railWidth }: Remembered): Remembered {
  return { arrangement, marksByBytes, places, railWidth };
}

function withPlaces(
  places: LabState['places'],
  network: string,
  next: readonly Place[] | null,
): Record<string, readonly Place[]> {
  const others = Object.entries(places).filter(([key]) => key !== network);
  if (next === null) return Object.fromEntries(others);
  const rounded = next.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }));
  return Object.fromEntries([...others.slice(1 - NETWORKS_MAX), [network, rounded]]);
}

function readRemembered(storage: Storage | null): Remembered {
  const none: Remembered = { arrangement: 'ring', marksByBytes: false, places: {}, railWidth: RAIL_WIDTH.usual };
  try {
    const saved = JSON.parse(storage?.getItem(REMEMBERED) ?? '{}') as Partial<Remembered> | null;
    if (typeof saved !== 'object' || saved === null) return none;
    const places = Object.entries(saved.places ?? {}).filter(([, list]) => Array.isArray(list) && list.every(isPlace));
    return {
      arrangement: saved.arrangement === 'regions' ? 'regions' : 'ring',
      marksByBytes: saved.marksByBytes === true,
      places: Object.fromEntries(places),
      railWidth: widthOr(saved.railWidth, RAIL_WIDTH.usual),
    };
  } catch {
    return none;
  }
}

function widthOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value >= RAIL_WIDTH.min && value <= RAIL_WIDTH.max ? value : otherwise;
}

function isPlace(value: unknown): boolean {
  const { x, y } = (value ?? {}) as Partial<Place>;
  return Number.isFinite(x) && Number.isFinite(y);
}

function writeRemembered(storage: Storage | null, remembered: Remembered): void {
  try {
    storage?.setItem(REMEMBERED, JSON.stringify(remembered));
  } catch {
    // Full or blocked storage costs the memory of the layout, nothing else.
  }
}
