/** A search as people read it on a terminal. */
import { showText } from '../../scenario/show.ts';
import type { Moment } from '../../explore/index.ts';
import type { Scenario } from '../../scenario/index.ts';
import { validatorCount } from '../../scenario/index.ts';
import type { SearchOutcome } from './search.ts';

export function searchText(outcome: SearchOutcome): string {
  const { mode, seed, runs, budget, events, faults, decidedRuns, wallMs, found, exhausted, errors } = outcome;
  const rate = (runs * 1000) / Math.max(1, wallMs);
  return [
    `search      ${mode}, seed ${seed}: ${whole(runs)} of ${whole(budget)} runs in ${(wallMs / 1000).toFixed(1)} s, ${rate.toFixed(1)}/s`,
    `            ${whole(events)} events, ${whole(faults)} faults, ${whole(decidedRuns)} runs with decisions`,
    ...(exhausted ? ['            the enumeration is complete'] : []),
    ...(errors > 0 ? [`internal errors in ${errors} runs`] : []),
    ...(found === null ? ['violations  none', ''] : foundLines(found)),
  ].join('\n');
}

function foundLines(found: NonNullable<SearchOutcome['found']>): string[] {
  const { findings, index, scenario, link, shrunk, moments } = found;
  const lines = findings.map(
    ({ check, atMs, detail }) => `violated    ${check} at ${seconds(atMs)}: ${showText(detail)}`,
  );
  lines.push(`found       at index ${index}: ${sizeText(scenario)}`, `            ${link}`);
  if (shrunk !== null) {
    const rest = shrunk.isMinimal ? '' : ', ended by its budget';
    lines.push(`shrunk      in ${shrunk.runs} runs${rest}: ${sizeText(shrunk.scenario)}`);
    for (const fault of shrunk.scenario.faults) lines.push(`            ${faultText(fault)}`);
    lines.push(`            ${shrunk.link}`);
  }
  if (moments !== null)
    lines.push('futures     share of other futures that end in the violation', ...moments.map(momentText));
  return [...lines, ''];
}

/** What a fault says, without what it leaves at its default. */
export function faultText(fault: Scenario['faults'][number]): string {
  const told = Object.entries(fault).filter(([, value]) => value !== null && value !== 0 && value !== false);
  return JSON.stringify(Object.fromEntries(told));
}

export function sizeText(scenario: Scenario): string {
  const count = scenario.faults.length;
  const storm = scenario.storm === null ? '' : ', a storm';
  const stop = scenario.stop.ms === null ? '' : `, ${seconds(scenario.stop.ms)}`;
  return `${count} ${count === 1 ? 'fault' : 'faults'}${storm}, ${validatorCount(scenario)} validators${stop}`;
}

function momentText({ atMs, futures, violated }: Moment): string {
  const share = violated / futures;
  return `            ${seconds(atMs).padStart(10)}  ${'█'.repeat(Math.round(share * 30)).padEnd(30, '░')} ${violated}/${futures}`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;
const whole = (value: number): string => value.toLocaleString('en-US');
