/** Matchers over a testnet, in virtual time: they drive it as fast as it goes and never wait for a clock. */
import { expect as base } from '@playwright/test';
import type { Testnet } from '../src/session/api.ts';
import { commonHeight, disagreements, violations } from './judge.ts';

/** What the matchers call: satisfied by the testnet of a page and by one in Node. */
export type JudgedTestnet = Pick<Testnet, 'state' | 'checks' | 'runUntil' | 'fingerprint'>;

interface Judgement {
  readonly pass: boolean;
  /** Why it passed or failed; several lines are allowed. */
  readonly reason: string;
  readonly expected?: unknown;
  readonly actual?: unknown;
}

export const expect = base.extend({
  /** No two correct nodes decided differently, none of the checkers objects, and something was decided by all. */
  async toAgree(testnet: JudgedTestnet, options: { readonly minHeight?: number } = {}) {
    const [state, checks] = [await testnet.state(), await testnet.checks()];
    const minHeight = options.minHeight ?? 1;
    const height = commonHeight(state);
    const objections = [...disagreements(state), ...violations(checks)];
    if (height < minHeight) objections.push(`common height is ${height}, so there is too little to agree on`);
    const agreed = `every correct validator decided the same up to height ${height}`;
    return verdict('toAgree', this.isNot, {
      pass: objections.length === 0,
      reason: objections.length === 0 ? agreed : objections.join('\n'),
    });
  },

  /** Runs until a correct node has decided height `height`; fails when `maxMs` virtual ms pass first. */
  async toReachHeight(testnet: JudgedTestnet, height: number, options: { readonly maxMs?: number } = {}) {
    const outcome = await reaches(testnet, { height }, options.maxMs);
    return verdict('toReachHeight', this.isNot, { ...outcome, expected: height });
  },

  /** Runs until the formula is satisfied; fails when `maxMs` virtual ms pass first. */
  async toSatisfy(testnet: JudgedTestnet, ltl: string, options: { readonly maxMs?: number } = {}) {
    return verdict('toSatisfy', this.isNot, { ...(await reaches(testnet, { ltl }, options.maxMs)), expected: ltl });
  },

  /** The whole trace so far is, byte for byte, the one with this fingerprint. */
  async toHaveFingerprint(testnet: JudgedTestnet, hex: string) {
    const actual = await testnet.fingerprint();
    const reason = actual === hex ? `the fingerprint is ${hex}` : 'the trace is a different one';
    return verdict('toHaveFingerprint', this.isNot, { pass: actual === hex, reason, expected: hex, actual });
  },
});

/** Whether the goal is reached in time. Any error but a timeout is the test's to see. */
async function reaches(
  testnet: JudgedTestnet,
  goal: { readonly height: number } | { readonly ltl: string },
  maxMs: number | undefined,
): Promise<Judgement> {
  try {
    const state = await testnet.runUntil(goal, maxMs === undefined ? {} : { maxMs });
    return { pass: true, reason: `reached at ${state.timeMs} ms, height ${state.height}` };
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'timeout') throw error;
    const { timeMs, height } = await testnet.state();
    return { pass: false, reason: `not reached by ${timeMs} ms; height is ${height}`, actual: height };
  }
}

function verdict(name: string, isNot: boolean, { pass, reason, ...values }: Judgement) {
  const show = (label: string, key: 'expected' | 'actual') =>
    key in values ? `\n${label}: ${JSON.stringify(values[key])}` : '';
  const title = `expect(testnet).${isNot ? 'not.' : ''}${name}`;
  return {
    pass,
    name,
    message: () => `${title}\n\n${reason}${show('expected', 'expected')}${show('actual', 'actual')}`,
  };
}
