/**
 * Named regions and the real round-trip times between them.
 *
 * Source: Microsoft, "Azure network round-trip latency statistics", 95th percentiles over the 30 days that ended on
 * 30 July 2026, https://learn.microsoft.com/en-us/azure/networking/azure-network-latency. Row: region that probes,
 * column: region probed; the two directions were measured apart and differ a little. Inside one region: the bound
 * Microsoft gives between availability zones (below 2 ms),
 * https://learn.microsoft.com/en-us/azure/reliability/availability-zones-overview.
 */
import { assert } from '../../core/assert.ts';
import { MILLISECOND, type Micros } from '../../core/time.ts';

/** Place of a region in the matrix; the last one is `local`. */
export type RegionIndex = number;

/** Names for scenarios, with the city and the measured region each stands for. `local` has no place: next to everybody. */
export const REGIONS = [
  { name: 'us-east', place: 'Virginia (East US)' },
  { name: 'us-west', place: 'California (West US)' },
  { name: 'sa-east', place: 'São Paulo (Brazil South)' },
  { name: 'eu-west', place: 'Ireland (North Europe)' },
  { name: 'eu-central', place: 'Frankfurt (Germany West Central)' },
  { name: 'af-south', place: 'Johannesburg (South Africa North)' },
  { name: 'ap-south', place: 'Pune (Central India)' },
  { name: 'ap-southeast', place: 'Singapore (Southeast Asia)' },
  { name: 'ap-northeast', place: 'Tokyo (Japan East)' },
  { name: 'au-southeast', place: 'Melbourne (Australia Southeast)' },
  { name: 'local', place: 'the same data centre' },
] as const;

export type RegionName = (typeof REGIONS)[number]['name'];

export const REGION_NAMES: readonly RegionName[] = REGIONS.map((region) => region.name);

/** Round trip between two nodes of one region, or of which one is `local`. */
const SAME_REGION_MS = 2;

/** Round trips in ms, in the order of `REGIONS` without `local`; 0 on the diagonal: not measured. */
const ROUND_TRIP_MS: readonly (readonly number[])[] = [
  [0, 74, 119, 74, 97, 226, 214, 229, 165, 217],
  [72, 0, 171, 138, 158, 279, 224, 172, 110, 152],
  [121, 170, 0, 176, 201, 327, 320, 337, 265, 310],
  [76, 137, 176, 0, 29, 178, 160, 236, 232, 281],
  [97, 157, 199, 28, 0, 172, 150, 179, 246, 299],
  [225, 278, 326, 178, 174, 0, 134, 211, 255, 340],
  [218, 224, 320, 159, 151, 134, 0, 59, 129, 145],
  [229, 171, 337, 236, 179, 190, 58, 0, 74, 89],
  [165, 109, 275, 232, 250, 254, 129, 74, 0, 115],
  [217, 152, 310, 281, 299, 345, 145, 90, 116, 0],
];

/** The matrix as `from * REGIONS.length + to` → one-way µs: half the round trip. */
const ONE_WAY_MICROS: Int32Array = Int32Array.from({ length: REGIONS.length * REGIONS.length }, (_, cell) => {
  const from = Math.floor(cell / REGIONS.length);
  const to = cell % REGIONS.length;
  const roundTripMs = from === to ? SAME_REGION_MS : (ROUND_TRIP_MS[from]?.[to] ?? SAME_REGION_MS);
  return (roundTripMs * MILLISECOND) / 2;
});

/** The index behind a name, or null when no such region exists. */
export function findRegion(name: string): RegionIndex | null {
  const index = REGIONS.findIndex((region) => region.name === name);
  return index < 0 ? null : index;
}

/** The index behind a name that the scenario's validation has accepted. */
export function regionIndex(name: string): RegionIndex {
  const index = findRegion(name);
  assert(index !== null, `unknown region ${name}`);
  return index;
}

/** Half the round trip from one region to another, µs. */
export function oneWayMicros(from: RegionIndex, to: RegionIndex): Micros {
  return ONE_WAY_MICROS[from * REGIONS.length + to] as Micros;
}
