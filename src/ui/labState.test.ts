import { describe, expect, it } from 'vitest';
import { createUiStore } from './store.ts';

const KEY = 'testnet-playground/network';

function memory(saved: Record<string, string> = {}): Storage {
  const map = new Map(Object.entries(saved));
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => map.set(key, value),
  } as unknown as Storage;
}

describe('the network is remembered', () => {
  it('with where its nodes were put, how they are arranged and how wide the panel is', () => {
    const storage = memory();
    const first = createUiStore(storage).getState();
    first.remember('5 ring', [{ x: 1.4, y: -2.6 }]);
    first.arrange('regions');
    first.setMarksByBytes(true);
    first.setRailWidth(333);
    const { places, arrangement, marksByBytes, railWidth } = createUiStore(storage).getState();
    expect({ places, arrangement, marksByBytes, railWidth }).toEqual({
      places: { '5 ring': [{ x: 1, y: -3 }] },
      arrangement: 'regions',
      marksByBytes: true,
      railWidth: 333,
    });
    createUiStore(storage).getState().remember('5 ring', null);
    expect(createUiStore(storage).getState().places).toEqual({});
  });

  it('for a dozen networks and no more', () => {
    const store = createUiStore(memory());
    for (let count = 0; count < 30; count++) store.getState().remember(`${count} ring`, [{ x: count, y: 0 }]);
    const kept = Object.keys(store.getState().places);
    expect(kept).toHaveLength(12);
    expect(kept.at(-1)).toBe('29 ring');
  });

  it('or not at all where storage is damaged', () => {
    const usual = createUiStore(memory()).getState();
    for (const text of ['{', 'null', '[]', '{"places":{"5 ring":[{"x":"a"}]},"railWidth":9999,"arrangement":"heap"}']) {
      const { places, arrangement, railWidth } = createUiStore(memory({ [KEY]: text })).getState();
      expect({ places, arrangement, railWidth }, text).toEqual({
        places: {},
        arrangement: 'ring',
        railWidth: usual.railWidth,
      });
    }
  });
});

describe('what is in hand', () => {
  it('is one thing at a time: a fault or the lasso; marking ends the lasso', () => {
    const store = createUiStore(memory());
    const state = () => store.getState();
    state().arm('machine/Crash');
    state().setLasso(true);
    expect([state().armed, state().lasso]).toEqual([null, true]);
    state().mark([3, 1, 3]);
    expect([state().marked, state().lasso]).toEqual([[1, 3], false]);
    state().arm('link/Cut');
    state().present(0);
    expect(state().armed).toBeNull();
  });
});
