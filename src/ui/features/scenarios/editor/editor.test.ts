import { readFileSync } from 'node:fs';
import { CompletionContext } from '@codemirror/autocomplete';
import { json } from '@codemirror/lang-json';
import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { completionsFrom, diagnosticsOf } from './assist.ts';
import { documentOf, FORM_FIELDS, fieldValue, protocolOptions, withField } from './form.ts';
import { parsePath, pathAt, rangeOf } from './jsonPath.ts';
import type { Schema } from './schema.ts';

const PUBLISHED = new URL('../../../../../public/testnet-scenario-1.schema.json', import.meta.url);
const schema = JSON.parse(readFileSync(PUBLISHED, 'utf8')) as Schema;
const complete = completionsFrom(schema);

/** A state with the text and the place of `|` in it. */
function stateOf(marked: string): { readonly state: EditorState; readonly at: number } {
  const at = Math.max(0, marked.indexOf('|'));
  return { state: EditorState.create({ doc: marked.replace('|', ''), extensions: [json()] }), at };
}

function offered(marked: string): readonly string[] {
  const { state, at } = stateOf(marked);
  return complete(new CompletionContext(state, at, true))?.options.map(({ label }) => label) ?? [];
}

describe('completion from the published schema', () => {
  it('offers the names that are missing', () => {
    const names = offered('{ "seed": 7, | }');
    expect(names).toEqual(expect.arrayContaining(['"protocol"', '"validators"', '"network"', '"faults"', '"stop"']));
    expect(names).not.toContain('"seed"');
    expect(offered('{ | }')).toContain('"seed"');
  });

  it('goes into objects and lists', () => {
    expect(offered('{ "stop": { | } }')).toEqual(['"height"', '"ms"']);
    expect(offered('{ "network": { "latency": { "kind": "uniform", | } } }')).toEqual(
      expect.arrayContaining(['"minMs"', '"maxMs"']),
    );
    expect(offered('{ "network": { "latency": { "kind": "uniform", | } } }')).not.toContain('"ms"');
  });

  it('chooses among kinds of faults by what is written', () => {
    const kinds = offered('{ "faults": [ { "kind": | } ] }');
    expect(kinds).toEqual(expect.arrayContaining(['"crash"', '"partition"', '"byzantine"']));
    const crash = offered(
      '{ "faults": [ { "kind": "slow", "at": 1, "until": 2, "target": "v0" }, { "kind": "crash", | } ] }',
    );
    expect(crash).toContain('"target"');
    expect(crash).not.toContain('"groups"');
  });

  it('offers nothing where nothing is known', () => {
    expect(offered('{ "protocol": { "config": { | } } }')).toEqual([]);
    expect(offered('')).toEqual([]);
  });
});

describe('problems', () => {
  const marked = (text: string) => {
    const { state } = stateOf(text);
    return diagnosticsOf(state).map(({ from, to, message }) => ({ at: state.sliceDoc(from, to), message }));
  };

  it('stand at the value that is wrong', () => {
    const [first, ...more] = marked(
      '{\n  "protocol": { "name": "svbft" },\n  "faults": [{ "kind": "crash", "target": "v9", "at": 1 }]\n}',
    );
    expect(more).toEqual([]);
    expect(first?.at).toBe('"target": "v9"');
    expect(first?.message).toMatch(/^found "v9", expected/);
  });

  it('stand at the line and column of a syntax error', () => {
    const [first] = marked('{\n  "seed": ,\n}');
    expect(first?.at).toBe(',');
  });

  it('are none in a scenario that loads', () => {
    expect(marked('{ "protocol": { "name": "svbft" } }')).toEqual([]);
  });
});

describe('paths', () => {
  const text = '{ "a": { "b c": [1, { "d": 2 }] } }';
  const state = EditorState.create({ doc: text, extensions: [json()] });
  const tree = ensureSyntaxTree(state, text.length, 1000);
  if (tree === null) throw new Error('a short text parses at once');

  it('lead from a place in the text to the document and back', () => {
    expect(pathAt(tree, state.doc, text.indexOf('2') + 1)).toEqual(['a', 'b c', 1, 'd']);
    const { from, to } = rangeOf(tree, state.doc, ['a', 'b c', 1, 'd']);
    expect(text.slice(from, to)).toBe('"d": 2');
  });

  it('that lead nowhere end at the nearest that there is', () => {
    const { from, to } = rangeOf(tree, state.doc, ['a', 'nothing', 3]);
    expect(text.slice(from, to)).toBe('"');
    expect(from).toBe(text.indexOf('"a"'));
  });

  it('are read as problems write them', () => {
    expect(parsePath('faults[2].target')).toEqual(['faults', 2, 'target']);
    expect(parsePath('')).toEqual([]);
  });
});

describe('the form', () => {
  it('offers the protocols there are, and shows one that is not there as what it is', () => {
    const protocols = [
      { name: 'pbft', title: 'PBFT' },
      { name: 'raft', title: 'Raft' },
    ];
    const labels = (value: unknown) => protocolOptions(value, protocols).map(({ label }) => label);
    expect(labels('raft')).toEqual(['PBFT', 'Raft']);
    expect(labels('nope')).toEqual(['nope: unknown', 'PBFT', 'Raft']);
    expect(labels(undefined)).toEqual(['none', 'PBFT', 'Raft']);
    expect(protocolOptions('nope', protocols)[0]?.value).toBe('nope');
  });

  it('reads and writes the text, and leaves everything else alone', () => {
    const document = documentOf('{ "protocol": { "name": "svbft", "config": { "x": 1 } }, "faults": [] }');
    if (document === null) throw new Error('an object');
    for (const field of FORM_FIELDS) {
      const value = field.kind === 'number' ? 5 : 'five';
      const next = documentOf(withField(document, field, value));
      expect(next === null ? null : fieldValue(next, field)).toBe(value);
      expect(next).toMatchObject({ faults: [], protocol: { config: { x: 1 } } });
    }
  });

  it('keeps out of half-written text', () => {
    expect(documentOf('{ "seed": ')).toBeNull();
    expect(documentOf('[1]')).toBeNull();
  });
});
