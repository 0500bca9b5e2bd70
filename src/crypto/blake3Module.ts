/**
 * A WebAssembly module that compresses four BLAKE3 inputs at a time, one in each lane of a 128-bit vector (O'Connor, Aumasson,
 * Neves, Wilcox-O'Hearn: "BLAKE3: one function, fast everywhere", 2020, §5.3). Assembled here from the same few lines a round as
 * in the paper: what runs can be read, and no binary lies in the repository.
 */

/** Order of the message words in the next round (table 2). */
const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8] as const;
export const IV = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
] as const;
const ROUNDS = 7;
const BLOCK_BYTES = 64;
/** Of its memory, 64 KiB each. */
export const MODULE_PAGES = 4;

/** Operations of WebAssembly, by their names in its text format. */
const OP = {
  loop: [0x03, 0x40],
  brIf: [0x0d],
  end: [0x0b],
  select: [0x1b],
  get: [0x20],
  set: [0x21],
  const: [0x41],
  eqz: [0x45],
  eq: [0x46],
  ltU: [0x49],
  add: [0x6a],
  or: [0x72],
  vLoad: [0xfd, 0x00, 0x00],
  vStore: [0xfd, 0x0b, 0x00],
  vConst: [0xfd, 0x0c],
  shuffle: [0xfd, 0x0d],
  splat: [0xfd, 0x11],
  vOr: [0xfd, 0x50],
  vXor: [0xfd, 0x51],
  vShl: [0xfd, 0xab, 0x01],
  vShrU: [0xfd, 0xad, 0x01],
  vAdd: [0xfd, 0xae, 0x01],
  vMul: [0xfd, 0xb5, 0x01],
} as const;

/**
 * Parameters of the exported function `four`, all i32. Lane k takes its input at `at` + k · `stride`, so many 64-byte `blocks`, the
 * last of `lastLength` bytes (and zeros); its counter is `counter` + k · `step`. `flags` go with every block, `first` and `last`
 * besides with those. Lane k begins with the chaining value at `start` + 32 k and leaves its own at `out` + k · `outStride`.
 */
const PARAMETERS = [
  'at',
  'stride',
  'blocks',
  'counter',
  'step',
  'first',
  'last',
  'lastLength',
  'flags',
  'start',
  'out',
  'outStride',
] as const;
const I32_LOCALS = ['at1', 'at2', 'at3', 'index'] as const;
const LOCAL = new Map<string, number>([...PARAMETERS, ...I32_LOCALS].map((name, index) => [name, index]));
const FIRST_VECTOR = LOCAL.size;
const [S, M, H, COUNTERS, T] = [0, 16, 32, 40, 41].map((at) => FIRST_VECTOR + at) as [
  number,
  number,
  number,
  number,
  number,
];
const VECTOR_COUNT = 45;

type Code = readonly number[];

/** Unsigned LEB128. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

/** A small constant: below 64 its signed LEB128 is one byte, below 8192 two. */
const i32 = (value: number): Code => [...OP.const, ...(value < 64 ? [value] : [(value & 0x7f) | 0x80, value >> 7])];
const get = (local: number | string): Code => [...OP.get, ...leb(indexOf(local))];
const set = (local: number | string): Code => [...OP.set, ...leb(indexOf(local))];
const indexOf = (local: number | string): number => (typeof local === 'number' ? local : (LOCAL.get(local) as number));
const vector = (words: readonly number[]): Code => [
  ...OP.vConst,
  ...words.flatMap((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff)),
];
/** Bytes of two vectors, those of the second from 16 on. */
const shuffle = (a: Code, b: Code, bytes: readonly number[]): Code => [...a, ...b, ...OP.shuffle, ...bytes];
const wordsOf = (...words: number[]): number[] => words.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte));

/** local ← (local ^ other) rotated right by so many bits; by whole bytes a shuffle does it. */
function xorRotate(local: number, other: number, bits: number): Code {
  const mixed = [...get(local), ...get(other), ...OP.vXor];
  if (bits % 8 === 0) {
    const bytes = Array.from({ length: 16 }, (_, i) => (i & ~3) | ((i + bits / 8) & 3));
    return [...mixed, ...set(T), ...shuffle(get(T), get(T), bytes), ...set(local)];
  }
  const right = [...get(T), ...i32(bits), ...OP.vShrU];
  const left = [...get(T), ...i32(32 - bits), ...OP.vShl];
  return [...mixed, ...set(T), ...right, ...left, ...OP.vOr, ...set(local)];
}

/** The quarter-round G (§2.2). */
function quarter(a: number, b: number, c: number, d: number, x: number, y: number): Code {
  const sum = (to: number, ...of: number[]): Code => [
    ...get(to),
    ...of.flatMap((local) => [...get(local), ...OP.vAdd]),
    ...set(to),
  ];
  return [
    ...[...sum(a, b, x), ...xorRotate(d, a, 16), ...sum(c, d), ...xorRotate(b, c, 12)],
    ...[...sum(a, b, y), ...xorRotate(d, a, 8), ...sum(c, d), ...xorRotate(b, c, 7)],
  ];
}

function rounds(): Code {
  const code: number[] = [];
  let order: readonly number[] = Array.from({ length: 16 }, (_, i) => i);
  for (let round = 0; round < ROUNDS; round++) {
    const word = (i: number): number => M + (order[i] as number);
    for (let i = 0; i < 4; i++)
      code.push(...quarter(S + i, S + 4 + i, S + 8 + i, S + 12 + i, word(2 * i), word(2 * i + 1)));
    for (let i = 0; i < 4; i++) {
      const [b, c, d] = [S + 4 + ((i + 1) % 4), S + 8 + ((i + 2) % 4), S + 12 + ((i + 3) % 4)];
      code.push(...quarter(S + i, b, c, d, word(8 + 2 * i), word(9 + 2 * i)));
    }
    order = PERMUTATION.map((from) => order[from] as number);
  }
  return code;
}

/** Rows become columns: word j of input i is word i of output j. The inputs are in four locals from `from`, the outputs replace them. */
function transpose(from: number): Code {
  const pair = (to: number, a: number, b: number, words: number[]): Code => [
    ...shuffle(get(a), get(b), wordsOf(...words)),
    ...set(to),
  ];
  const [low, high, lowHalf, highHalf] = [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
    [0, 1, 4, 5],
    [2, 3, 6, 7],
  ] as const;
  return [
    ...[...pair(T, from, from + 1, [...low]), ...pair(T + 1, from, from + 1, [...high])],
    ...[...pair(T + 2, from + 2, from + 3, [...low]), ...pair(T + 3, from + 2, from + 3, [...high])],
    ...[...pair(from, T, T + 2, [...lowHalf]), ...pair(from + 1, T, T + 2, [...highHalf])],
    ...[...pair(from + 2, T + 1, T + 3, [...lowHalf]), ...pair(from + 3, T + 1, T + 3, [...highHalf])],
  ];
}

const LANES = ['at', 'at1', 'at2', 'at3'] as const;

function loadBlock(): Code {
  return [0, 1, 2, 3].flatMap((group) => [
    ...LANES.flatMap((lane, k) => [...get(lane), ...OP.vLoad, ...leb(16 * group), ...set(M + 4 * group + k)]),
    ...transpose(M + 4 * group),
  ]);
}

/** Whether the loop is at its last block. */
const isLast: Code = [...get('index'), ...i32(1), ...OP.add, ...get('blocks'), ...OP.eq];

function startBlock(): Code {
  const chosen = (yes: Code, no: Code, condition: Code): Code => [...yes, ...no, ...condition, ...OP.select];
  return [
    ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => [...get(H + i), ...set(S + i)]),
    ...[0, 1, 2, 3].flatMap((i) => [...vector(Array<number>(4).fill(IV[i] as number)), ...set(S + 8 + i)]),
    ...[...get(COUNTERS), ...set(S + 12), ...vector([0, 0, 0, 0]), ...set(S + 13)],
    ...[...chosen(get('lastLength'), i32(BLOCK_BYTES), isLast), ...OP.splat, ...set(S + 14)],
    ...[...get('flags'), ...chosen(get('first'), i32(0), [...get('index'), ...OP.eqz]), ...OP.or],
    ...[...chosen(get('last'), i32(0), isLast), ...OP.or, ...OP.splat, ...set(S + 15)],
  ];
}

function body(): Code {
  const lane = (to: string, from: string): Code => [...get(from), ...get('stride'), ...OP.add, ...set(to)];
  return [
    ...[...lane('at1', 'at'), ...lane('at2', 'at1'), ...lane('at3', 'at2')],
    ...[0, 1, 2, 3].flatMap((k) => [
      ...[...get('start'), ...OP.vLoad, ...leb(32 * k), ...set(H + k)],
      ...[...get('start'), ...OP.vLoad, ...leb(32 * k + 16), ...set(H + 4 + k)],
    ]),
    ...[...transpose(H), ...transpose(H + 4)],
    ...[...get('counter'), ...OP.splat, ...vector([0, 1, 2, 3]), ...get('step'), ...OP.splat, ...OP.vMul, ...OP.vAdd],
    ...[...set(COUNTERS), ...OP.loop, ...loadBlock(), ...startBlock(), ...rounds()],
    ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => [...get(S + i), ...get(S + 8 + i), ...OP.vXor, ...set(H + i)]),
    ...LANES.flatMap((name) => [...get(name), ...i32(BLOCK_BYTES), ...OP.add, ...set(name)]),
    ...[...get('index'), ...i32(1), ...OP.add, ...set('index')],
    ...[...get('index'), ...get('blocks'), ...OP.ltU, ...OP.brIf, 0, ...OP.end],
    ...[...transpose(H), ...transpose(H + 4)],
    ...[0, 1, 2, 3].flatMap((k) => [
      ...[...get('out'), ...get(H + k), ...OP.vStore, ...leb(0)],
      ...[...get('out'), ...get(H + 4 + k), ...OP.vStore, ...leb(16)],
      ...[...get('out'), ...get('outStride'), ...OP.add, ...set('out')],
    ]),
    ...OP.end,
  ];
}

const section = (id: number, content: Code): Code => [id, ...leb(content.length), ...content];
const text = (name: string): Code => [...leb(name.length), ...Array.from(name, (char) => char.charCodeAt(0))];

/** The module: exports `memory` and `four`. */
export function blake3Module(): Uint8Array {
  const [I32, V128] = [0x7f, 0x7b];
  const code = [2, ...leb(I32_LOCALS.length), I32, ...leb(VECTOR_COUNT), V128, ...body()];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, ...leb(PARAMETERS.length), ...PARAMETERS.map(() => I32), 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 1, MODULE_PAGES, MODULE_PAGES]),
    ...section(7, [2, ...text('memory'), 2, 0, ...text('four'), 0, 0]),
    ...section(10, [1, ...leb(code.length), ...code]),
  ]);
}
