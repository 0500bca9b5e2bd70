/** `protocol.config` of a scenario: one table gives defaults, validation and the published schema. */
import { nodeIndexOf, type NodeIndex } from '../../core/ids.ts';
import type { Problem } from '../../core/problem.ts';
import { type Micros, microsFromMs } from '../../core/time.ts';
import {
  DAY_MS,
  count,
  numberSchema,
  own,
  parseBoolean,
  parseNumber,
  refuseUnknown,
  show,
  time,
  type NumberOption,
} from '../common/options.ts';
import { MAX_ENTRIES } from './messages.ts';

/** What the machine reads: times in µs, names as indices. */
export interface RaftConfig {
  /** From one block to the next, µs; 0: as fast as the majority answers. */
  readonly blockMicros: Micros;
  /** Shortest time without a leader before a server stands for election, µs; the longest is twice that. */
  readonly electionMicros: Micros;
  readonly heartbeatMicros: Micros;
  readonly maxTransactionsPerBlock: number;
  /** Transfers waiting at one server. */
  readonly mempoolLimit: number;
  readonly emptyBlocks: boolean;
  /** Entries in one APPEND. */
  readonly appendEntries: number;
  /** Indices from one snapshot to the next, and entries kept before one; 0: the whole log is kept. */
  readonly snapshotEntries: number;
  /** A leader that a majority does not answer steps down. */
  readonly checkQuorum: boolean;
  /** A client's reads, µs from one to the next; 0: none. */
  readonly readMicros: Micros;
  /** Who votes at first, ascending; null: every server. */
  readonly members: readonly NodeIndex[] | null;
  /** Ascending by time: who is to vote from then on. */
  readonly membershipChanges: readonly { readonly at: Micros; readonly members: readonly NodeIndex[] }[];
  readonly leadershipTransfers: readonly { readonly at: Micros; readonly to: NodeIndex }[];
}

const YEAR_MS = 365 * DAY_MS;

const NUMBERS = {
  blockTimeMs: time(1000, 0, 'Virtual ms from one block to the next; 0 = as fast as a majority answers.'),
  electionTimeoutMs: time(
    1500,
    1,
    'Virtual ms without a leader after which a server stands for election at the earliest; twice that at the latest.',
  ),
  heartbeatMs: time(
    300,
    1,
    'Virtual ms from one heartbeat of the leader to the next; well below the election timeout.',
  ),
  maxTransactionsPerBlock: count(1000, 1, 100_000, 'Transfers in one block.'),
  mempoolLimit: count(10_000, 1, 1_000_000, 'Transfers that wait at one server; more are refused.'),
  appendEntries: count(16, 1, MAX_ENTRIES, 'Log entries in one APPEND at most.'),
  snapshotEntries: count(
    64,
    0,
    1_000_000,
    'Entries from one snapshot to the next; as many are kept for servers that lag. 0 = the log is never compacted.',
  ),
  readPeriodMs: time(1000, 0, 'Virtual ms from one read of a client to the next; 0 = clients do not read.'),
} satisfies Record<string, NumberOption>;

const KEYS = [
  ...Object.keys(NUMBERS),
  'emptyBlocks',
  'checkQuorum',
  'members',
  'membershipChanges',
  'leadershipTransfers',
];
const MAX_ITEMS = 1000;
const MAX_VALIDATORS = 1024;

const NAME = { type: 'string', pattern: '^v(0|[1-9][0-9]*)$' };
const NAMES = { type: 'array', minItems: 1, uniqueItems: true, items: NAME };
const AT = { type: 'number', minimum: 0, maximum: YEAR_MS, description: 'Virtual ms from which on.' };

/** JSON Schema of `protocol.config`. */
export const configSchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...numberSchema(NUMBERS),
    emptyBlocks: { type: 'boolean', default: true, description: 'Whether blocks without transfers are made.' },
    checkQuorum: {
      type: 'boolean',
      default: true,
      description: 'Whether a leader steps down when no majority answers it for an election timeout.',
    },
    members: { ...NAMES, description: 'Servers that vote at first; every server where it is left out.' },
    membershipChanges: {
      type: 'array',
      default: [],
      maxItems: MAX_ITEMS,
      description: 'Who is to vote from a time on; the leader gets there through joint consensus.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['atMs', 'members'],
        properties: { atMs: AT, members: { ...NAMES, description: 'Names of all voting servers.' } },
      },
    },
    leadershipTransfers: {
      type: 'array',
      default: [],
      maxItems: MAX_ITEMS,
      description: 'When the leader of that time is to hand over to a certain server.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['atMs', 'to'],
        properties: { atMs: AT, to: { ...NAME, description: 'Who shall lead.' } },
      },
    },
  },
};

/** The configuration with defaults filled in, or everything that is wrong with it. */
export function parseConfig(
  raw: Readonly<Record<string, unknown>>,
  validatorCount: number = MAX_VALIDATORS,
): { readonly config: RaftConfig } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  refuseUnknown(raw, KEYS, problems);
  const number = (name: keyof typeof NUMBERS): number => parseNumber(raw, name, NUMBERS[name], problems);
  const given = own(raw, 'members');
  const config: RaftConfig = {
    blockMicros: microsFromMs(number('blockTimeMs')),
    electionMicros: Math.max(1, microsFromMs(number('electionTimeoutMs'))),
    heartbeatMicros: Math.max(1, microsFromMs(number('heartbeatMs'))),
    maxTransactionsPerBlock: number('maxTransactionsPerBlock'),
    mempoolLimit: number('mempoolLimit'),
    emptyBlocks: parseBoolean(raw, 'emptyBlocks', true, problems),
    appendEntries: number('appendEntries'),
    snapshotEntries: number('snapshotEntries'),
    checkQuorum: parseBoolean(raw, 'checkQuorum', true, problems),
    readMicros: microsFromMs(number('readPeriodMs')),
    members: given === undefined ? null : parseMembers(given, 'members', validatorCount, problems),
    membershipChanges: parseList(raw, 'membershipChanges', ['atMs', 'members'], problems, (item, path) => ({
      at: parseTime(item.atMs, `${path}.atMs`, problems),
      members: parseMembers(item.members, `${path}.members`, validatorCount, problems),
    })),
    leadershipTransfers: parseList(raw, 'leadershipTransfers', ['atMs', 'to'], problems, (item, path) => ({
      at: parseTime(item.atMs, `${path}.atMs`, problems),
      to: parseNode(item.to, `${path}.to`, validatorCount, problems),
    })),
  };
  if (config.heartbeatMicros >= config.electionMicros && problems.length === 0) {
    const found = `${config.heartbeatMicros / 1000}`;
    problems.push({ path: 'heartbeatMs', found, expected: 'less than electionTimeoutMs' });
  }
  return problems.length > 0 ? { problems } : { config };
}

/** A list of records with exactly these keys and ascending times. */
function parseList<T extends { readonly at: Micros }>(
  raw: Readonly<Record<string, unknown>>,
  name: string,
  keys: readonly string[],
  problems: Problem[],
  parse: (item: Readonly<Record<string, unknown>>, path: string) => T,
): readonly T[] {
  const value = own(raw, name);
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > MAX_ITEMS) {
    problems.push({ path: name, found: show(value), expected: `a list of at most ${MAX_ITEMS} items` });
    return [];
  }
  const items = value.map((item: unknown, i) => {
    const fields = (typeof item === 'object' && item !== null ? item : {}) as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(fields)) {
      if (keys.includes(key)) continue;
      problems.push({ path: `${name}[${i}].${key}`, found: 'an unknown key', expected: keys.join(', ') });
    }
    return parse(fields, `${name}[${i}]`);
  });
  for (const [i, { at }] of items.entries()) {
    if (i === 0 || at > (items[i - 1]?.at ?? 0)) continue;
    problems.push({ path: `${name}[${i}].atMs`, found: `${at / 1000}`, expected: 'more than the one before' });
  }
  return items;
}

function parseTime(value: unknown, path: string, problems: Problem[]): Micros {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= YEAR_MS) return microsFromMs(value);
  problems.push({ path, found: show(value), expected: `a time in ms from 0 to ${YEAR_MS}` });
  return 0;
}

function parseNode(value: unknown, path: string, validatorCount: number, problems: Problem[]): NodeIndex {
  const index = typeof value === 'string' ? nodeIndexOf(value, { validatorCount, clientCount: 0 }) : null;
  if (index === null)
    problems.push({ path, found: show(value), expected: `a server from v0 to v${validatorCount - 1}` });
  return index ?? 0;
}

function parseMembers(value: unknown, path: string, validatorCount: number, problems: Problem[]): readonly NodeIndex[] {
  const names: readonly unknown[] = Array.isArray(value) ? value : [];
  const indices = names.map((name) =>
    typeof name === 'string' ? nodeIndexOf(name, { validatorCount, clientCount: 0 }) : null,
  );
  if (indices.length === 0 || indices.includes(null) || new Set(indices).size !== indices.length) {
    problems.push({ path, found: show(value), expected: `different servers from v0 to v${validatorCount - 1}` });
  }
  return indices.filter((index) => index !== null).sort((a, b) => a - b);
}

/** Who should vote at `now`: the last change whose time has come. Null: every server. */
export function wantedMembers(config: RaftConfig, now: Micros): readonly NodeIndex[] | null {
  let wanted = config.members;
  for (const { at, members } of config.membershipChanges) if (at <= now) wanted = members;
  return wanted;
}
