/** The picture of a sharded testnet, read back from its markup: boxes around their nodes, padlocks where something is locked. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestnet, type TestnetSession } from '../../../../session/index.ts';
import { PICTURE_TOKENS } from '../../../lib/colours.ts';
import { drawNetwork } from './index.ts';

const COLOURS = Object.fromEntries(PICTURE_TOKENS.map((token, i) => [token, `rgb(${i}, ${i}, ${i})`]));
const SIZE = { width: 1280, height: 720 };

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Boxes by the name of their shard, from `<g id="shard-s0"><rect x= y= width= height=`. */
function boxesIn(svg: string): ReadonlyMap<string, Box> {
  const found = svg.matchAll(
    /<g id="shard-(s\d+)"><rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)"/g,
  );
  return new Map(
    [...found].map(([, name = '', x, y, width, height]) => {
      const [left, top] = [Number(x), Number(y)];
      return [name, { left, top, right: left + Number(width), bottom: top + Number(height) }];
    }),
  );
}

function placesIn(
  svg: string,
  kind: 'node' | 'locks',
): ReadonlyMap<string, { readonly x: number; readonly y: number }> {
  const found = svg.matchAll(
    new RegExp(`transform="translate\\(([\\d.-]+) ([\\d.-]+)\\)" id="${kind}-([a-z\\d]+)"`, 'g'),
  );
  return new Map([...found].map(([, x, y, name = '']) => [name, { x: Number(x), y: Number(y) }]));
}

const holds = (box: Box, { x, y }: { readonly x: number; readonly y: number }): boolean =>
  x > box.left && x < box.right && y > box.top && y < box.bottom;

async function open(validatorsPerShard: number): Promise<TestnetSession> {
  const testnet = await openTestnet();
  await testnet.load({
    seed: 5,
    protocol: { name: 'sharded', config: { transfersMax: 2 } },
    shards: { count: 3, validatorsPerShard, strategy: 'range' },
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { latency: { kind: 'constant', ms: 50 } },
    workload: { accounts: 9, ratePerSecond: 10, crossShard: 0.9, initialBalance: 100_000 },
    faults: [{ kind: 'crash', target: 's0v0', at: 2_000 }],
  });
  await testnet.runUntil({ ms: 4_000 });
  return testnet;
}

function draw(testnet: TestnetSession, atMs: number, size = SIZE): string {
  const frame = testnet.frame();
  if (frame === null) throw new Error('loaded above');
  return drawNetwork({ frame, trace: testnet.view(), at: atMs * 1_000, ...size, colours: COLOURS });
}

describe.each([1, 4])('shards of %i', (validatorsPerShard) => {
  let testnet: TestnetSession;
  beforeAll(async () => {
    testnet = await open(validatorsPerShard);
  });
  afterAll(() => testnet.close());

  it('each box holds the nodes of its shard and of no other', () => {
    for (const size of [SIZE, { width: 500, height: 900 }]) {
      const svg = draw(testnet, 3_000, size);
      const boxes = boxesIn(svg);
      expect([...boxes.keys()]).toEqual(['s0', 's1', 's2']);
      const nodes = placesIn(svg, 'node');
      expect(nodes.size).toBe(3 * validatorsPerShard + 1);
      for (const [name, place] of nodes) {
        const around = [...boxes].filter(([, box]) => holds(box, place)).map(([shard]) => shard);
        expect(around, name).toEqual(name === 'c0' ? [] : [/^s\d+/.exec(name)?.[0]]);
      }
      for (const [name, box] of boxes) {
        expect(Math.min(box.left, box.top), name).toBeGreaterThan(0);
        expect(box.right, name).toBeLessThan(size.width);
        expect(box.bottom, name).toBeLessThan(size.height);
      }
    }
  });

  it('a padlock stands where something is locked, and says how much', () => {
    const seen = new Set<number>();
    for (const atMs of [10, 700, 1_500, 2_600, 3_900]) {
      const svg = draw(testnet, atMs);
      const { locks } = testnet.view().shardsAt(atMs * 1_000);
      const locked = [...new Set(locks.map(({ shard }) => shard))].sort();
      expect([...placesIn(svg, 'locks').keys()].sort(), `${atMs} ms`).toEqual(locked.map((shard) => `s${shard}`));
      for (const shard of locked) {
        const accounts = new Set(locks.filter((lock) => lock.shard === shard).map(({ account }) => account)).size;
        expect(svg).toContain(`<title>Locks of s${shard}: ${accounts} account${accounts === 1 ? '' : 's'}`);
        const [box, place] = [boxesIn(svg).get(`s${shard}`), placesIn(svg, 'locks').get(`s${shard}`)];
        expect(box !== undefined && place !== undefined && holds(box, place)).toBe(true);
      }
      seen.add(locked.length);
    }
    expect(seen).toContain(0);
    expect(Math.max(...seen)).toBeGreaterThan(1);
  });

  it('rings fill up to the validators of a shard, where there is one number to fill up to', () => {
    const moments = Array.from({ length: 30 }, (_, i) => 500 + i * 37);
    const closed = /<circle r="[\d.]+" fill="none" stroke-width="[\d.]+" stroke="rgb/;
    const rings = moments.filter((atMs) => closed.test(draw(testnet, atMs)));
    expect(rings.length > 0).toBe(validatorsPerShard > 1);
  });

  it('shards of several have names, and crowns while they coordinate', () => {
    const crownsIn = (svg: string) => (svg.match(/<g id="shard-s\d+">.*?<path d="M2 4\.5.*?<\/g><\/g>/g) ?? []).length;
    const named = /<g id="shard-s1">.*>s1<\/text>/.test(draw(testnet, 1_500));
    expect(named).toBe(validatorsPerShard > 1);
    const coordinators = new Set(
      testnet
        .view()
        .shardsAt(1_500_000)
        .open.map(({ coordinator }) => coordinator),
    );
    expect(coordinators.size).toBeGreaterThan(0);
    expect(crownsIn(draw(testnet, 1_500))).toBe(validatorsPerShard > 1 ? coordinators.size : 0);
    expect(crownsIn(draw(testnet, 0))).toBe(0);
  });
});

it('a testnet without shards has neither', async () => {
  const testnet = await openTestnet();
  await testnet.load('happy-path');
  await testnet.runUntil({ ms: 1_000 });
  const svg = draw(testnet, 900);
  await testnet.close();
  expect(boxesIn(svg).size).toBe(0);
  expect(svg).not.toContain('id="locks-');
});

it('nested shards: a line around the leaves of each parent, with who speaks for it', async () => {
  const testnet = await openTestnet();
  await testnet.load('nested-two-levels');
  await testnet.runUntil({ ms: 4_000 });
  const moments = Array.from({ length: 60 }, (_, i) => 1_000 + 50 * i);
  const speaking = moments.find((atMs) =>
    testnet
      .view()
      .shardsAt(atMs * 1_000)
      .open.some(({ heads = [] }) => heads.includes(2)),
  );
  const svg = draw(testnet, speaking ?? 0);
  await testnet.close();
  expect(speaking).toBeDefined();
  const lines = [
    ...svg.matchAll(/<g id="parent-(p\d)"><rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)"/g),
  ];
  expect(lines.map(([, name]) => name)).toEqual(['p0', 'p1', 'p2']);
  expect(svg).toMatch(/>p1 · s2( speaks for it)?<\/text>/);
  const boxes = boxesIn(svg);
  for (const [i, [, , x, y, width, height]] of lines.entries()) {
    const line = {
      left: Number(x),
      top: Number(y),
      right: Number(x) + Number(width),
      bottom: Number(y) + Number(height),
    };
    expect(line.left > 0 && line.top > 0 && line.right < SIZE.width && line.bottom < SIZE.height).toBe(true);
    const inside = [...boxes].filter(
      ([, box]) => holds(line, { x: box.left, y: box.top }) && holds(line, { x: box.right, y: box.bottom }),
    );
    expect(inside.map(([name]) => name)).toEqual([`s${2 * i}`, `s${2 * i + 1}`]);
  }
});
