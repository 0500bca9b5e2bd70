import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProblem, TestnetError } from '../../core/problem.ts';
import { explore } from './reach.ts';
import { parseNet, readJsonNet, writeJsonNet } from './json.ts';
import type { PetriNet } from './net.ts';
import { readPnml, writePnml } from './pnml.ts';
import { kanban, netOf, philosophers } from './testing/models.ts';
import { parseXml } from './xml.ts';

/** The first problem in words; fails when the text is accepted. */
function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof TestnetError && error.problems[0] !== undefined) return describeProblem(error.problems[0]);
    throw error;
  }
  throw new Error('accepted');
}

/** Names as people write them: markup, quotes, other scripts, an emoji of two code units. */
const name = fc.stringMatching(/^[\p{L}\p{N} <>&"'.;:#→\u{1f374}-]{0,12}$/u).map((text) => text.trim());
const id = fc.oneof(fc.stringMatching(/^[A-Za-z_][\w.-]{0,6}$/), fc.stringMatching(/^[ -~]{1,6}$/));
const randomNet: fc.Arbitrary<PetriNet> = fc
  .record({
    name,
    ids: fc.uniqueArray(id, { minLength: 2, maxLength: 10 }),
    names: fc.array(name, { minLength: 10, maxLength: 10 }),
    tokens: fc.array(fc.nat(5), { minLength: 10, maxLength: 10 }),
    ends: fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.integer({ min: 1, max: 9 }), fc.nat(2)), { maxLength: 12 }),
  })
  .map(({ ids, names, tokens, ends, ...rest }) => {
    const half = Math.ceil(ids.length / 2);
    const node = (at: number) => ({ id: ids[at] as string, name: names[at] as string });
    const places = ids.slice(0, half).map((_, i) => ({ ...node(i), initial: tokens[i] as number }));
    const transitions = ids.slice(half).map((_, i) => node(half + i));
    const arcs = new Map<string, PetriNet['arcs'][number]>();
    for (const [p, t, weight, way] of ends) {
      const place = places[p % places.length]?.id ?? '';
      const transition = transitions[t % Math.max(1, transitions.length)]?.id;
      if (transition === undefined) continue;
      const [from, to] = way === 1 ? [transition, place] : [place, transition];
      arcs.set(`${way}/${from}/${to}`, { from, to, weight, kind: way === 2 ? 'inhibitor' : 'normal' });
    }
    return { ...rest, places, transitions, arcs: [...arcs.values()] };
  });

/** The net with positions for ids, which a format may have to replace. */
function shape({ places, transitions, arcs, name: title }: PetriNet): unknown {
  const at = new Map([...places, ...transitions].map((node, i) => [node.id, i]));
  return {
    title,
    places: places.map((place) => [place.name, place.initial]),
    transitions: transitions.map((transition) => transition.name),
    arcs: arcs.map(({ from, to, weight, kind }) => [at.get(from), at.get(to), weight, kind]),
  };
}

describe('round trips', () => {
  it('through PNML keep everything but odd ids', () => {
    fc.assert(
      fc.property(randomNet, (net) => {
        const read = readPnml(writePnml(net));
        expect(shape(read)).toEqual(shape(net));
        expect(writePnml(read)).toBe(writePnml(net));
        for (const [i, place] of net.places.entries()) {
          if (/^[A-Za-z_][\w.-]*$/.test(place.id) && !/^(arc|net|page|n)-/.test(place.id)) {
            expect(read.places[i]?.id).toBe(place.id);
          }
        }
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  it('through JSON keep everything', () => {
    fc.assert(
      fc.property(randomNet, (net) => {
        expect(readJsonNet(writeJsonNet(net))).toEqual(net);
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  it('change no analysis', () => {
    for (const net of [kanban(1), philosophers(4)]) {
      expect(explore(readPnml(writePnml(net))).markings.size).toBe(explore(net).markings.size);
    }
  });
});

const document = (inside: string): string => `<?xml version="1.0"?>
<pnml xmlns="http://www.pnml.org/version-2009/grammar/pnml">
  <net id="n" type="http://www.pnml.org/version-2009/grammar/ptnet">
    ${inside}
  </net>
</pnml>`;

describe('PNML', () => {
  it('of other tools is read: pages, references, positions, tool data, several arcs between two nodes', () => {
    const net = readPnml(
      document(`<name><text>mixed &amp; odd</text></name>
    <!-- drawn by hand -->
    <page id="outer">
      <place id="p"><name><text>a<![CDATA[<b>]]></text></name><initialMarking><text> 2 </text></initialMarking>
        <graphics><position x="1" y="2"/></graphics></place>
      <page id="inner"><referencePlace id="rp" ref="rrp"/><transition id="t"/></page>
      <referencePlace id="rrp" ref="p"/>
      <arc id="a1" source="rp" target="t"/><arc id="a2" source="p" target="t"><inscription><text>2</text></inscription></arc>
      <arc id="a3" source="p" target="t"><type value="inhibitor"/><inscription><text>4</text></inscription></arc>
      <toolspecific tool="x" version="1"><place id="not one"/></toolspecific>
    </page>`),
    );
    expect(net).toEqual({
      name: 'mixed & odd',
      places: [{ id: 'p', name: 'a<b>', initial: 2 }],
      transitions: [{ id: 't', name: 't' }],
      arcs: [
        { from: 'p', to: 't', weight: 3, kind: 'normal' },
        { from: 'p', to: 't', weight: 4, kind: 'inhibitor' },
      ],
    });
  });

  it('with prefixes and without a page is read too', () => {
    const net = readPnml(
      '\ufeff<a:pnml xmlns:a="x"><a:net id="1"><a:place id="p">' +
        '<a:initialMarking><a:text>1</a:text></a:initialMarking></a:place></a:net></a:pnml>',
    );
    expect(net.places).toEqual([{ id: 'p', name: 'p', initial: 1 }]);
  });

  it.each([
    ['no net', '<pnml/>', 'line 1, column 1: found no <net>, expected one net'],
    ['another root', '<html/>', 'line 1, column 1: found <html>, expected <pnml>'],
    ['a place without id', document('<page id="g"><place/></page>'), 'line 4, column 18: found <place> without id'],
    ['an unknown end', document('<place id="p"/>\n<arc id="a" source="p" target="x"/>'), 'line 5, column 1: found "x"'],
    ['an id twice', document('<place id="p"/>\n\n <transition id="p"/>'), 'line 6, column 2: found a second "p"'],
    [
      'half a token',
      document('<place id="p"><initialMarking><text>0.5</text></initialMarking></place>'),
      'line 4, column 19: found initialMarking "0.5", expected a whole number',
    ],
    [
      'a strange arc',
      document('<place id="p"/><transition id="t"/><arc id="a" source="p" target="t"><type value="reset"/></arc>'),
      'found an arc of type "reset", expected normal or inhibitor',
    ],
    [
      'a circle of references',
      document('<referencePlace id="a" ref="b"/><referencePlace id="b" ref="a"/><arc id="c" source="a" target="b"/>'),
      'in a circle',
    ],
    [
      'coloured nets',
      '<pnml><net id="n" type="http://www.pnml.org/version-2009/grammar/symmetricnet"/></pnml>',
      'found a net of type',
    ],
  ])('is refused for %s', (_, source, expected) => {
    expect(refusal(() => readPnml(source))).toContain(expected);
  });
});

describe('XML', () => {
  it.each([
    ['', 'line 1, column 1: found no element'],
    ['<a>', 'line 1, column 1: found <a> without an end, expected </a>'],
    ['<a>\n  <b></a>', 'line 2, column 6: found </a>, expected </b>'],
    ['<a/><b/>', 'line 1, column 5: found a second root <b>'],
    ['<a x=1/>', 'line 1, column 6: found "1", expected the value of x in quotes'],
    ['<a x="1" x="2"/>', 'line 1, column 10: found a second x'],
    ['<a x="1', 'found a value of x without an end'],
    ['<a>&nbsp;</a>', 'line 1, column 4: found "&nbsp;", expected &lt;'],
    ['<a>&#0;</a>', 'found "&#0;"'],
    ['<a>&#x110000;</a>', 'found "&#x110000;"'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'line 1, column 1: found a document type, expected none'],
    ['<a><!-- </a>', 'found a comment without an end'],
    ['hello', 'line 1, column 1: found "hello", expected an element'],
    ['<a/>more', 'line 1, column 5: found "more", expected the end'],
    ['</a>', 'found </a>, expected no end'],
    ['<1/>', 'found "1", expected the name of an element'],
    [`${'<a>'.repeat(101)}`, 'more than 100 elements inside each other'],
  ])('%j is refused with its place', (source, expected) => {
    expect(refusal(() => parseXml(source))).toContain(expected);
  });

  it('never fails in any other way, whatever the text', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      'a',
      'b',
      ' ',
      '"',
      "'",
      '=',
      '&',
      '&amp;',
      '<!--',
      '-->',
      ']]>',
      '<![CDATA[',
      '?',
      '\n',
      '<a>',
      '</a>',
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        try {
          parseXml(pieces.join(''));
          accepted++;
        } catch (error) {
          expect(error).toBeInstanceOf(TestnetError);
          expect((error as TestnetError).problems).toHaveLength(1);
        }
      }),
      { numRuns: 3_000, seed: 5 },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it('decodes entities and line ends', () => {
    expect(parseXml('<a b="&#65;&#x42;&quot;">x\r\ny &lt;&apos;</a>')).toMatchObject({ text: "x\ny <'" });
    expect(parseXml('<a b="&#65;&#x42;&quot;"/>').attributes.get('b')).toBe('AB"');
  });
});

describe('JSON', () => {
  it('leaves out what is usual', () => {
    const net = parseNet({ places: [{ id: 'p' }], transitions: [{ id: 't' }], arcs: [{ from: 'p', to: 't' }] });
    expect(net).toEqual({
      name: '',
      places: [{ id: 'p', name: 'p', initial: 0 }],
      transitions: [{ id: 't', name: 't' }],
      arcs: [{ from: 'p', to: 't', weight: 1, kind: 'normal' }],
    });
    expect(JSON.parse(writeJsonNet(netOf('n', { a: 0 }, ['t: a -> a'])))).toMatchObject({ places: [{ id: 'a' }] });
  });

  it.each([
    ['', 'document: found '],
    ['[]', 'document: found [], expected an object'],
    ['{"places":[],"transitions":[]}', 'arcs: found nothing, expected a list'],
    ['{"places":[{"id":7}],"transitions":[],"arcs":[]}', 'places[0].id: found 7, expected a text'],
    [
      '{"places":[{"id":"p","initial":-1}],"transitions":[],"arcs":[]}',
      'places[0].initial: found -1, expected a whole number from 0',
    ],
    [
      '{"places":[{"id":"p","tokens":1}],"transitions":[],"arcs":[]}',
      'places[0].tokens: found an unknown field, expected id, name, initial',
    ],
    ['{"places":[null],"transitions":[],"arcs":[]}', 'places[0]: found null'],
    ['{"places":[],"transitions":[],"arcs":[{"from":"a","to":"b"}]}', 'arcs[0].from: found "a", expected the id'],
    [
      '{"places":[{"id":"p"}],"transitions":[{"id":"t"}],"arcs":[{"from":"p","to":"t","kind":"reset"}]}',
      'arcs[0].kind: found "reset"',
    ],
  ])('%s is refused', (source, expected) => {
    expect(refusal(() => readJsonNet(source))).toContain(expected);
  });
});
