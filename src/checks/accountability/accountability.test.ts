import { beforeAll, describe, expect, it } from 'vitest';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { openInProcess } from '../../runtime/inprocess.ts';
import { compileScenario, presetById, type ScenarioInput, validateScenario } from '../../scenario/index.ts';
import { Accountant } from './accountant.ts';
import type { EvidenceDocument } from './evidence.ts';
import { readEvidence, verifyEvidence } from './verify.ts';

async function evidenceOf(input: ScenarioInput): Promise<EvidenceDocument> {
  const validated = validateScenario(input, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  const accountants: Accountant[] = [];
  const plan = compileScenario(validated.scenario, PROTOCOLS);
  const run = await openInProcess(plan, { keepWords: false, highlights: 'all' }, (world) => {
    accountants.push(new Accountant(world));
    return accountants;
  });
  run.run({ until: 20_000_000, windows: Number.POSITIVE_INFINITY, goal: null });
  return JSON.parse(JSON.stringify((accountants[0] as Accountant).document())) as EvidenceDocument;
}

const equivocators = ['v0', 'v1'].map((target) => ({
  kind: 'byzantine' as const,
  target,
  behaviour: 'equivocate' as const,
  peers: ['v0', 'v1', 'v2'],
  at: 0,
}));

/** f + 1 traitors tell two halves two stories, with real signatures. */
const SPLIT: ScenarioInput = {
  seed: 3,
  protocol: { name: 'svbft' },
  crypto: { suite: 'ml-dsa-44' },
  faults: equivocators,
  stop: { ms: 8000 },
};

/** One decides and is cut off, the others forget: everybody who voted twice did so in different views. */
const AMNESIA = presetById('mutant-svbft-vc-forgets')?.scenario as ScenarioInput;

describe('two traitors of four', () => {
  let document: EvidenceDocument;
  beforeAll(async () => {
    document = await evidenceOf(SPLIT);
  });

  it('are both convicted, and nobody else', async () => {
    expect(document.split?.sides).toHaveLength(2);
    expect(document.convictions.map(({ against }) => against).sort()).toEqual(['v0', 'v1']);
    const { verdicts, isModelled } = await verifyEvidence(document);
    expect(verdicts.map(({ isProved, reason }) => ({ isProved, reason }))).toEqual([
      { isProved: true, reason: '' },
      { isProved: true, reason: '' },
    ]);
    expect(isModelled).toBe(false);
  });

  it('no conviction survives a changed byte, a swapped name or twice the same statement', async () => {
    const [conviction, other] = document.convictions;
    if (conviction === undefined || other === undefined) throw new Error('no convictions');
    const { first, second } = conviction;
    const flipped = `${first.signature.slice(0, -2)}${first.signature.endsWith('00') ? '01' : '00'}`;
    const tampered = [
      { ...conviction, first: { ...first, signature: flipped } },
      { ...conviction, against: other.against },
      { ...conviction, second: first },
      { ...conviction, second: other.first },
      { ...conviction, second: { ...second, bytes: 'a0' } },
      { ...conviction, against: 'v3' },
    ];
    const { verdicts } = await verifyEvidence({ ...document, convictions: tampered });
    expect(verdicts.map(({ isProved }) => isProved)).toEqual(tampered.map(() => false));
    expect(new Set(verdicts.map(({ reason }) => reason)).size).toBeGreaterThan(3);
  });

  it('what is no evidence is refused with the place', () => {
    expect(readEvidence(document)).toHaveProperty('document');
    expect(readEvidence({ ...document, format: 'x' })).toMatchObject({ problems: [{ path: 'format' }] });
    expect(readEvidence({ ...document, extra: 1 })).toHaveProperty('problems');
    expect(readEvidence(null)).toHaveProperty('problems');
  });
});

describe('forgetting', () => {
  it('convicts nobody: those who voted on both sides are suspects', async () => {
    const document = await evidenceOf(AMNESIA);
    expect(document.split?.sides.map(({ epoch }) => epoch)).toEqual([0, 1]);
    expect(document.convictions).toEqual([]);
    expect(document.suspects.length).toBeGreaterThanOrEqual(2);
    expect(document.suspects[0]?.why).toContain('amnesia');
  });

  it('a calm run accuses nobody', async () => {
    const document = await evidenceOf({
      protocol: { name: 'svbft' },
      crypto: { suite: 'modelled:ml-dsa-65' },
      stop: { ms: 5000 },
    });
    expect(document).toMatchObject({ split: null, convictions: [], suspects: [] });
  });

  it('forged votes convict nobody they name', async () => {
    const faults = [{ kind: 'byzantine' as const, target: 'v2', behaviour: 'forged-sender' as const, at: 0 }];
    const { convictions } = await evidenceOf({
      protocol: { name: 'svbft' },
      crypto: { suite: 'modelled:ml-dsa-65' },
      faults,
      stop: { ms: 8000 },
    });
    expect(convictions.every(({ against }) => against === 'v2')).toBe(true);
  });
});
