/** What is caught or undone by hand takes another course, and only that; the recorded scenario tells the same story again. */
import { describe, expect, it } from 'vitest';
import type { SendEvent } from '../kernel/trace/events.ts';
import type { MessageAction } from '../kernel/plan.ts';
import type { TestnetSession } from './index.ts';
import { loaded, SCENARIO, toEnd, traceText, undisturbed } from './testing/runs.ts';

const HEAD_MS = 4_000;

async function sends(testnet: TestnetSession): Promise<readonly SendEvent[]> {
  return (await testnet.trace({ kinds: ['send'] })) as readonly SendEvent[];
}

const copyOf = (all: readonly SendEvent[], { messageId, to }: SendEvent) =>
  all.filter((event) => event.messageId === messageId && event.to === to);

describe('a message caught on its way', () => {
  it('is the one that was meant, whichever it is: dropped, and nothing before its arrival changes', {
    timeout: 120_000,
  }, async () => {
    const testnet = await loaded();
    await testnet.runUntil({ ms: HEAD_MS });
    const all = await sends(testnet);
    const chosen = all.filter((event, position) => position % 13 === 7 && event.deliverAt !== undefined);
    expect(chosen.length).toBeGreaterThan(12);
    expect(new Set(chosen.map(({ type }) => type)).size).toBeGreaterThan(3);
    for (const event of chosen) {
      await testnet.fork({ atMs: 0 });
      await testnet.runUntil({ ms: HEAD_MS });
      await testnet.catchMessage({ messageId: event.messageId, to: event.to, action: 'drop' });
      expect((await testnet.state()).timeMs).toBe(HEAD_MS);
      const after = await sends(testnet);
      expect(copyOf(after, event), event.messageId).toMatchObject([{ t: event.t, type: event.type, reason: 'lost' }]);
      const earlier = (list: readonly SendEvent[]) =>
        list
          .filter(
            ({ t, to, messageId }) => t < (event.deliverAt ?? 0) && !(messageId === event.messageId && to === event.to),
          )
          .map(({ seq: _, ...rest }) => rest);
      expect(earlier(after)).toEqual(earlier(all));
    }
    await testnet.close();
  });

  const effects: Readonly<
    Record<Exclude<MessageAction, 'drop'>, (copies: readonly SendEvent[], old: SendEvent) => void>
  > = {
    delay: (copies, old) => expect(copies).toMatchObject([{ t: old.t, deliverAt: (old.deliverAt ?? 0) + 300 }]),
    duplicate: (copies, old) =>
      expect(copies).toMatchObject([
        { deliverAt: old.deliverAt },
        { deliverAt: (old.deliverAt ?? 0) + 300, copy: 'duplicate' },
      ]),
    alter: (copies, old) => expect(copies).toMatchObject([{ t: old.t, deliverAt: old.deliverAt }]),
  };

  for (const action of ['delay', 'duplicate', 'alter'] as const) {
    it(`can be made to suffer: ${action}`, async () => {
      const testnet = await loaded();
      await testnet.runUntil({ ms: 1_500 });
      const old = (await sends(testnet)).find(({ type, to, t }) => type === 'commit' && to === 'v2' && t > 900);
      if (old === undefined) throw new Error('no commit to v2');
      await testnet.catchMessage({ messageId: old.messageId, to: 'v2', action, delayMs: 300 });
      await testnet.runUntil({ ms: 3_000 });
      effects[action](copyOf(await sends(testnet), old), old);
      const refused = (await testnet.trace({ kinds: ['drop'], nodes: ['v2'] })).filter(
        (event) => event.kind === 'drop' && event.messageId === old.messageId,
      );
      expect(refused.length).toBe(action === 'alter' ? 1 : 0);
      await testnet.close();
    });
  }

  it('is in the scenario, which gives the same fingerprint from the start', async () => {
    const testnet = await loaded();
    await testnet.runUntil({ ms: 2_500 });
    const victim = (await sends(testnet)).find(({ type, t }) => type === 'prepare' && t > 1_000);
    await testnet.catchMessage({ messageId: victim?.messageId ?? '', to: null, action: 'alter' });
    const fingerprint = await toEnd(testnet);
    expect(fingerprint).not.toBe(await undisturbed());
    const recorded = await testnet.scenario();
    expect(recorded.faults.at(-1)).toMatchObject({
      kind: 'message',
      message: victim?.messageId,
      to: null,
      action: 'alter',
    });
    expect(await undisturbed(recorded)).toBe(fingerprint);
    await testnet.close();
  });

  it('is refused when there is no such message, and the run stays', async () => {
    const testnet = await loaded();
    await testnet.runUntil({ ms: 500 });
    const { runId } = testnet.frame() ?? { runId: '' };
    for (const messageId of ['v0#999999', 'v9#1', 'nonsense'])
      await expect(testnet.catchMessage({ messageId, to: null, action: 'drop' })).rejects.toMatchObject({
        code: 'not-found',
      });
    expect(testnet.frame()?.runId).toBe(runId);
    await testnet.close();
  });
});

describe('undo', () => {
  it('of everything done gives the run that nobody touched', { timeout: 60_000 }, async () => {
    const expected = await undisturbed();
    const testnet = await loaded();
    await testnet.inject({ kind: 'slow', target: 'v2', factor: 4 });
    await testnet.runUntil({ ms: 800 });
    const id = await testnet.inject({
      kind: 'partition',
      groups: [
        ['v0', 'v1'],
        ['v2', 'v3'],
      ],
    });
    await testnet.inject({ kind: 'crash', target: 'v3' });
    await testnet.runUntil({ ms: 1_500 });
    await testnet.pause();
    await testnet.heal(id);
    expect(testnet.frame()?.interventions.map(({ kind, at }) => [kind, at])).toEqual([
      ['fault', 0],
      ['fault', 800_000],
      ['fault', 800_000],
      ['heal', 1_500_000],
    ]);
    await testnet.undo(2);
    expect((await testnet.state()).timeMs).toBe(800);
    expect((await testnet.scenario()).faults).toHaveLength(SCENARIO.faults.length + 2);
    expect((await testnet.step('window')).timeMs).toBeGreaterThan(800);
    expect((await testnet.state()).faults.map(({ kind }) => kind)).toEqual(['slow', 'partition']);
    await testnet.undo(0);
    expect((await testnet.scenario()).faults).toHaveLength(SCENARIO.faults.length);
    expect(await toEnd(testnet)).toBe(expected);
    await testnet.close();
  });

  it('of the last of two at one moment keeps the first, and tells every event once', async () => {
    const one = await loaded();
    await one.runUntil({ ms: 700 });
    await one.inject({ kind: 'crash', target: 'v2' });
    const expected = { fingerprint: await toEnd(one), trace: await traceText(one) };
    const two = await loaded();
    await two.runUntil({ ms: 700 });
    await two.inject({ kind: 'crash', target: 'v2' });
    await two.inject({ kind: 'slow', target: 'v0', factor: 50 });
    await two.runUntil({ ms: 2_000 });
    await two.undo(1);
    expect(two.frame()?.interventions).toHaveLength(1);
    expect(await toEnd(two)).toBe(expected.fingerprint);
    expect(await traceText(two)).toBe(expected.trace);
    await expect(two.undo(1)).rejects.toMatchObject({ code: 'not-found' });
  });
});
