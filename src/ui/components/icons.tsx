/** The page's icons: 16 × 16, one stroke width, drawn for this project. */
const PATHS = {
  play: 'M5 3.200v9.600L12.8 8Z',
  pause: 'M5 3.500v9M11 3.500v9',
  step: 'M4 3.500v9L10 8ZM12 3.500v9',
  back: 'M12 3.500v9L6 8ZM4 3.500v9',
  reset: 'M3.3 8a4.7 4.7 0 1 0 1.5-3.500L3 6.200M3 2.800v3.400h3.4',
  plus: 'M8 3.500v9M3.5 8h9',
  minus: 'M3.5 8h9',
  fit: 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M6 6h7v7H6ZM3 10V3h7',
  check: 'M3.5 8.5 6.5 11.5 12.5 4.5',
  alert: 'M5.5 2h5L14 5.500v5L10.5 14h-5L2 10.500v-5ZM8 5v3.500M8 10.800v.2',
  pending: 'M8 4.500V8l2.3 1.500M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Z',
  scenarios: 'M3 3h10v10H3ZM3 6.300h10M6.3 6.300V13',
  faults: 'M9 1.8 3.5 9H8l-1 5.200L12.5 7H8Z',
  checks: 'M8 1.8 13 3.600v4c0 3.4-2.2 5.6-5 6.6-2.8-1-5-3.2-5-6.600v-4ZM5.8 7.800l1.7 1.7 2.9-3.2',
  snapshots: 'M2.5 5h2.700l1-1.500h3.600l1 1.500h2.700v8h-11ZM8 7a2.2 2.2 0 1 1 0 4.400A2.2 2.2 0 0 1 8 7Z',
  search: 'M7 2.500a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9ZM10.300 10.300 14 14',
  share: 'M6.5 9.5 9.5 6.500M7.2 4.8 9 3a2.8 2.8 0 0 1 4 4l-1.8 1.800M8.8 11.2 7 13a2.8 2.8 0 0 1-4-4l1.8-1.8',
  sun:
    'M8 5.200a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.600ZM8 1.500v1.300M8 13.200v1.300M1.5 8h1.300M13.2 8h1.300' +
    'M3.4 3.400l.9.9M11.7 11.700l.9.9M12.6 3.400l-.9.9M4.3 11.700l-.9.9',
  moon: 'M13 9.500A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.500Z',
  projector: 'M2 3h12v8H2ZM8 11v2.500M5 14h6',
  help: 'M6 6.200A2 2 0 1 1 8.3 8.200c-.3.1-.3.5-.3 1.100M8 11.300v.2M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Z',
  chevron: 'M5.5 6.5 8 9l2.5-2.5',
  jump: 'M3.5 8h8.500M8.5 4.5 12 8l-3.5 3.5',
  fork: 'M5 3.500v9M5 9.500c0-3 6-1.5 6-5M5 3.500a1 1 0 1 0 0-.1M11 4.500a1 1 0 1 0 0-.1M5 13.500a1 1 0 1 0 0-.1',
  live: 'M3.5 3.500v9L9 8ZM9 3.500v9L14 8Z',
  download: 'M8 2.500v7.500M4.8 7 8 10.2 11.2 7M3 13.200h10',
  lasso:
    'M8 2.500c3.3 0 5.500 1.600 5.500 3.800S11.300 10 8 10 2.500 8.500 2.500 6.300 4.700 2.500 8 2.500Z' +
    'M5.500 9.800c-1.500 1.200-.5 2.700.8 2.200M6.300 12c.6.8.4 1.500-.3 2',
  group: 'M2.500 3.500h4.500v4h-4.500ZM9 8.500h4.500v4H9ZM9 3.500h4.500v2.500H9ZM2.500 10h4.500v2.500h-4.500Z',
  bytes: 'M4 8a1 1 0 1 1 0 .1M9.500 8a3 3 0 1 1 0 .1',
  undo: 'M6 3 3 6l3 3M3 6h6.500a3.500 3.500 0 0 1 0 7H6',
  present: 'M2 3h12v8H2ZM6.500 5v4l3.500-2ZM5 14h6',
  warning: 'M8 2.500 14 13H2ZM8 6.500v3M8 11.200v.1',
  columns: 'M3 3v10M8 3v10M13 3v10M1.500 6h3M6.500 10h3M11.500 5h3',
  more: 'M3.500 8a.7.7 0 1 0 0-.1M8 8a.7.7 0 1 0 0-.1M12.500 8a.7.7 0 1 0 0-.1',
  swap: 'M3 5.500h9.500L10 3M13 10.500H3.500L6 13',
} as const;

export type IconName = keyof typeof PATHS;

const FILLED: ReadonlySet<IconName> = new Set(['play']);

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill={FILLED.has(name) ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
