/** The run at hand as something to paste: a Playwright test, a command line. Pure. */
import type { Scenario } from '../../../scenario/types.ts';
import type { CheckResult, TestnetState } from '../../../session/api.ts';

export interface RunAtHand {
  readonly scenario: Scenario;
  readonly state: TestnetState;
  readonly checks: readonly CheckResult[];
  /** Null while the run goes on: the time it belongs to has passed already. */
  readonly fingerprint: string | null;
}

/**
 * A test for `e2e/`: loads the scenario, runs to the moment at hand and expects what is the case there: agreement and height, or
 * the checks that are violated, and the fingerprint.
 */
export function playwrightTest({ scenario, state, checks, fingerprint }: RunAtHand): string {
  const violated = checks.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name);
  const height = commonHeight(state);
  return [
    "import { expect, test } from './fixtures.ts';",
    '',
    `test(${quoted(scenario.name)}, async ({ testnet }) => {`,
    `  await testnet.load(${indented(JSON.stringify(withoutStop(scenario), null, 2))});`,
    ...(state.timeMs > 0 ? [`  await testnet.runUntil({ ms: ${state.timeMs} });`] : []),
    '',
    ...(violated.length > 0 ? violationLines(violated) : agreementLines(height)),
    ...(fingerprint === null ? [] : [`  await expect(testnet).toHaveFingerprint(${quoted(fingerprint)});`]),
    '});',
    '',
  ].join('\n');
}

/** `payload`: of a scenario link. Stops at the moment at hand. */
export function commandLine(payload: string, timeMs: number): string {
  return `npm run sim -- '#s=${payload}'${timeMs > 0 ? ` --set stop.ms=${timeMs}` : ''}`;
}

/** A run that was stopped where its scenario says would not go on to the moment at hand again. */
function withoutStop({ stop: _, ...scenario }: Scenario): Omit<Scenario, 'stop'> {
  return scenario;
}

function violationLines(names: readonly string[]): string[] {
  return [
    "  const violated = (await testnet.checks()).filter(({ verdict }) => verdict === 'violated');",
    `  expect(violated.map(({ name }) => name)).toEqual(${JSON.stringify(names)});`,
  ];
}

function agreementLines(height: number): string[] {
  return height > 0 ? [`  await expect(testnet).toAgree({ minHeight: ${height} });`] : [];
}

/** The height that every correct validator that runs has decided. */
function commonHeight({ nodes, decided }: TestnetState): number {
  const heights = nodes
    .filter(({ kind, alive, byzantine }) => kind === 'validator' && alive && !byzantine)
    .map(({ id }) => Math.max(0, ...(decided[id] ?? []).map(({ height }) => height)));
  return heights.length === 0 ? 0 : Math.min(...heights);
}

/** As a TypeScript string; no line separator can end it. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

function indented(json: string): string {
  const text = json.replace(/[\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
  return text.split('\n').join('\n  ');
}
