import { beforeAll, describe, expect, it } from 'vitest';
import { openTestnet, type TestnetSession } from '../../../../session/index.ts';
import { PICTURE_TOKENS } from '../../../lib/colours.ts';
import type { Declaration } from '../../../../protocols/protocol.ts';
import type { Flight } from '../../../../session/view.ts';
import { groupedPictures } from './groups.ts';
import { drawNetwork } from './index.ts';
import type { Places } from './messages.ts';
import { escaped } from './xml.ts';

const COLOURS = Object.fromEntries(PICTURE_TOKENS.map((token, i) => [token, `rgb(${i}, ${i}, ${i})`]));
let testnet: TestnetSession;

beforeAll(async () => {
  testnet = await openTestnet();
  await testnet.load({
    name: '<script>alert("1")</script> & \u0007\ud800',
    protocol: { name: 'svbft', config: { blockTimeMs: 500 } },
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { loss: 0.1 },
    faults: [
      { kind: 'crash', target: 'v3', at: 1000 },
      { kind: 'byzantine', target: 'v2', behaviour: 'withhold', at: 1000 },
      { kind: 'partition', groups: [['v0', 'v1'], ['v2']], at: 1500, until: 1800 },
    ],
  });
  await testnet.runUntil({ ms: 4000 });
});

function draw(atMs: number, size = { width: 1280, height: 720 }): string {
  const frame = testnet.frame();
  if (frame === null) throw new Error('loaded above');
  return drawNetwork({ frame, trace: testnet.view(), at: atMs * 1000, ...size, colours: COLOURS });
}

/** The elements of a well-formed document, in order; throws where tags do not match or text is not escaped. */
function elementsOf(xml: string): { readonly name: string; readonly attributes: string }[] {
  const open: string[] = [];
  const elements: { name: string; attributes: string }[] = [];
  const body = xml.replace(/^<\?xml[^>]*\?>\n/, '');
  for (const [, text = '', end, name = '', attributes = '', self] of body.matchAll(
    /([^<]*)<(\/?)([a-zA-Z]+)((?: [a-zA-Z-]+="[^"<]*")*)(\/?)>/g,
  )) {
    if (/&(?!#\d+;)/.test(text + attributes)) throw new Error(`not escaped: ${text}${attributes}`);
    if (end === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes something else`);
      continue;
    }
    elements.push({ name, attributes });
    if (self !== '/') open.push(name);
  }
  if (open.length > 0) throw new Error(`${open.join(', ')} stay open`);
  const tags = (body.match(/</g) ?? []).length;
  const closing = (body.match(/<\//g) ?? []).length;
  if (tags - closing !== elements.length) throw new Error('text that is no markup');
  return elements;
}

const group = (svg: string, id: string): string => svg.slice(svg.indexOf(`id="${id}"`));

describe('the network as a picture', () => {
  it.each([0, 560, 1600, 1650, 3999])('at %i ms is well-formed, whatever the scenario is called', (atMs) => {
    const elements = elementsOf(draw(atMs));
    expect(elements[0]?.name).toBe('svg');
    expect(new Set(elements.map(({ name }) => name))).not.toContain('script');
  });

  it('has a mark for every message in flight and a place for every node', () => {
    const view = testnet.view();
    const moments = Array.from({ length: 40 }, (_, i) => i * 100 + 53);
    const busy = moments.filter((atMs) => view.flights(atMs * 1000).length > 2);
    expect(busy.length).toBeGreaterThan(5);
    for (const atMs of busy) {
      const svg = draw(atMs);
      const messages = group(svg, 'messages').split('id="nodes"')[0] ?? '';
      const marks = (messages.match(/<g transform=/g) ?? []).length;
      const crosses = (messages.match(/stroke-linecap="round"/g) ?? []).length;
      expect(marks + crosses).toBe(view.flights(atMs * 1000).length);
      expect(svg.match(/id="node-/g)).toHaveLength(5);
    }
  });

  it('shows faults by shape: dashes for a crash, hatching for a traitor, a line for a cut', () => {
    const signs = (atMs: number) => {
      const svg = draw(atMs);
      return ['stroke-dasharray="5 5"', 'url(#hatching)', 'stroke-dasharray="9 6"'].map((sign) => svg.includes(sign));
    };
    expect(signs(900)).toEqual([false, false, false]);
    expect(signs(1600)).toEqual([true, true, true]);
    expect(signs(1900)).toEqual([true, true, false]);
  });

  it('keeps every node inside, in any shape', () => {
    for (const size of [
      { width: 1280, height: 720 },
      { width: 720, height: 1280 },
      { width: 300, height: 300 },
    ]) {
      const places = [...draw(1200, size).matchAll(/translate\(([\d.-]+) ([\d.-]+)\)" id="node-/g)];
      expect(places).toHaveLength(5);
      for (const [, x, y] of places) {
        expect(Number(x)).toBeGreaterThan(0);
        expect(Number(x)).toBeLessThan(size.width);
        expect(Number(y)).toBeGreaterThan(0);
        expect(Number(y)).toBeLessThan(size.height);
      }
    }
  });

  it('resolves every colour: nothing depends on the page', () => {
    expect(draw(1600)).not.toMatch(/var\(|light-dark|undefined|NaN|class=|style=/);
  });
});

describe('a large network as a picture', () => {
  const places: Places = {
    points: Array.from({ length: 4 }, (_, i) => ({ x: 100 * (i % 2), y: 100 * (i >> 1) })),
    radii: [5, 5, 5, 5],
    validators: 4,
    links: false,
    markSize: 8,
  };
  const declaration = { messages: [{ phase: 'first' }, { phase: 'sync' }] } as unknown as Declaration;
  const flight = (from: number, to: number, more: Partial<Flight> = {}): Flight => ({
    ...{ messageId: 'm', from, to, type: 0, sentAt: 0, arrivesAt: 100, fate: 'delivered', bytes: 100 },
    ...more,
  });
  const draw = (flights: readonly Flight[]) =>
    groupedPictures([0, 0, 1, 1], flights, 50, declaration, places, { pairs: new Set(), lines: [] }, COLOURS);

  it('has an edge for each pair of groups, a dot for each copy, a mark for each bundle and how many it stands for', () => {
    const svg = draw([flight(0, 2), flight(0, 3), flight(1, 3, { arrivesAt: 80 }), flight(2, 0)]);
    elementsOf(`<svg>${svg}</svg>`);
    expect(svg.match(/opacity="0.16"/g)).toHaveLength(2);
    expect(svg.match(/h0/g)).toHaveLength(4);
    expect(svg.match(/<g transform=/g)).toHaveLength(2);
    expect(svg).toContain('×3');
    expect(svg).not.toContain('×1');
  });

  it('shows a copy that is lost or held by itself, and no edge within a group', () => {
    const svg = draw([flight(0, 1), flight(0, 2, { fate: 'held', arrivesAt: Number.POSITIVE_INFINITY })]);
    expect(svg.match(/opacity="0.16"/g)).toBeNull();
    expect(svg.match(/<g transform=/g)).toHaveLength(2);
  });

  it('is what is drawn above 32 nodes', async () => {
    const many = await openTestnet();
    await many.load({
      protocol: { name: 'svbft', config: { blockTimeMs: 500 } },
      validators: 40,
      crypto: { suite: 'modelled:ml-dsa-65' },
      network: { latency: { kind: 'uniform', minMs: 40, maxMs: 120 } },
    });
    await many.runUntil({ height: 1 });
    const frame = many.frame();
    if (frame === null) throw new Error('loaded above');
    const view = many.view();
    const at = [...Array(200).keys()].map((i) => i * 5_000).find((t) => view.flights(t).length > 300);
    if (at === undefined) throw new Error('never busy');
    const svg = drawNetwork({ frame, trace: view, at, width: 1280, height: 720, colours: COLOURS });
    elementsOf(svg);
    const messages = group(svg, 'messages').split('id="nodes"')[0] ?? '';
    expect(messages.match(/h0/g)).toHaveLength(view.flights(at).length);
    expect((messages.match(/<g transform=/g) ?? []).length).toBeLessThan(100);
    await many.close();
  });
});

it('leaves no character that XML forbids', () => {
  expect(escaped('a<b>&"\u0000\u000b\ud800\ufffe')).toBe('a&#60;b&#62;&#38;&#34;\ufffd\ufffd\ufffd\ufffd');
});
