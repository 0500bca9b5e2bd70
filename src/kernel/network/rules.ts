/**
 * Partitions and link faults in force on one node's outgoing links. Several compose: any cut cuts, delays add, losses
 * and duplications are independent chances. What is already in flight when a rule begins or ends is not touched.
 */
import { assert } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { releasedAt } from './fate.ts';
import { CUT, calmEffect, type Effect, type HeldCopy, type Links, type NetworkFault } from './links.ts';

type Partition = Extract<NetworkFault, { readonly kind: 'partition' }>;
type CaughtMessage = Extract<NetworkFault, { readonly kind: 'message' }>;
type LinkFault = Extract<NetworkFault, { readonly kind: 'link' }>;

const MILLION = 1_000_000;

/** Puts a fault in force from now on. Every node is told of every network fault, also of those that do not concern it. */
export function beginRule(links: Links, ruleId: string, fault: NetworkFault): void {
  assert(!links.rules.some((rule) => rule.id === ruleId), `network fault ${ruleId} is already in force`);
  links.rules = [...links.rules, { id: ruleId, fault }];
  applyRules(links);
}

/**
 * Ends a fault at `now`. Copies to receivers that no cut separates from us any more are released, in the order in which
 * they were sent; the host schedules each at `deliverAt`. Returns whether the fault was in force.
 */
export function endRule(
  links: Links,
  ruleId: string,
  now: Micros,
  release: (copy: HeldCopy, deliverAt: Micros) => void,
): boolean {
  const remaining = links.rules.filter((rule) => rule.id !== ruleId);
  if (remaining.length === links.rules.length) return false;
  links.rules = remaining;
  applyRules(links);
  const free = links.held.filter((copy) => links.cut[copy.to] === CUT.none);
  links.held = links.held.filter((copy) => links.cut[copy.to] !== CUT.none);
  for (const copy of free) release(copy, releasedAt(links, copy, now));
  return true;
}

/** Recomputes the effect of all rules for every receiver and type. */
function applyRules(links: Links): void {
  const { nodeCount, messageTypes, networkLossPpm, networkDuplicatePpm } = links;
  const calm = sharedCalm(nodeCount, messageTypes.length, networkLossPpm, networkDuplicatePpm);
  let effect = calm;
  for (const { fault } of links.rules) {
    for (let to = 0; to < nodeCount; to++) {
      if (to === links.self || !concerns(fault, links.self, to)) continue;
      // Most rules concern few links: the others go on sharing what is calm.
      if (effect === calm) effect = calmEffect(nodeCount, messageTypes.length, networkLossPpm, networkDuplicatePpm);
      if (fault.kind === 'partition') applyPartition(effect, fault, to);
      else if (fault.kind === 'link') applyLinkFault(links, effect, fault, to);
    }
  }
  links.cut = effect.cut;
  links.delayMicros = effect.delayMicros;
  links.lossPpm = effect.lossPpm;
  links.duplicatePpm = effect.duplicatePpm;
}

/** Never written to: of links without rules, the last that was asked for. */
let lastCalm: Effect | null = null;

function sharedCalm(nodeCount: number, typeCount: number, lossPpm: number, duplicatePpm: number): Effect {
  const isSame =
    lastCalm?.cut.length === nodeCount &&
    lastCalm.lossPpm.length === nodeCount * typeCount &&
    lastCalm.lossPpm[0] === lossPpm &&
    lastCalm.duplicatePpm[0] === duplicatePpm;
  if (lastCalm === null || !isSame) lastCalm = calmEffect(nodeCount, typeCount, lossPpm, duplicatePpm);
  return lastCalm;
}

/** Whether a fault changes what becomes of copies on this link. */
function concerns(fault: NetworkFault, from: NodeIndex, to: NodeIndex): boolean {
  if (fault.kind === 'partition') return separates(fault, from, to);
  return fault.kind === 'link' && isOnLink(fault, from, to);
}

function isOnLink(fault: LinkFault, from: NodeIndex, to: NodeIndex): boolean {
  const forwards = fault.from.includes(from) && fault.to.includes(to);
  return forwards || (fault.symmetric && fault.to.includes(from) && fault.from.includes(to));
}

/** What is done to this copy alone, on top of all that concerns its link: the rule that began last, or null. */
export function caughtBy(links: Links, sequence: number, to: NodeIndex): CaughtMessage | null {
  for (let i = links.rules.length - 1; i >= 0; i--) {
    const fault = links.rules[i]?.fault;
    if (fault?.kind !== 'message' || fault.origin !== links.self || fault.sequence !== sequence) continue;
    if (fault.to === null || fault.to.includes(to)) return fault;
  }
  return null;
}

function applyPartition(effect: Effect, fault: Partition, to: NodeIndex): void {
  effect.cut[to] = Math.max(effect.cut[to] as number, fault.cut === 'lost' ? CUT.lost : CUT.held);
}

/** A node of several groups is a bridge: it hears, and is heard by, all of them. So is a node of none. */
export function separates(fault: Partition, from: NodeIndex, to: NodeIndex): boolean {
  const grouped =
    fault.groups.some((group) => group.includes(from)) && fault.groups.some((group) => group.includes(to));
  const together = fault.groups.some((group) => group.includes(from) && group.includes(to));
  if (!grouped || together) return false;
  return !fault.oneWay || fault.groups[0]?.includes(from) === true;
}

function applyLinkFault(links: Links, effect: Effect, fault: LinkFault, to: NodeIndex): void {
  const typeCount = links.messageTypes.length;
  for (let type = 0; type < typeCount; type++) {
    if (fault.types !== null && !fault.types.includes(links.messageTypes[type] as string)) continue;
    const cell = to * typeCount + type;
    effect.delayMicros[cell] = (effect.delayMicros[cell] as number) + fault.delayMicros;
    effect.lossPpm[cell] = either(effect.lossPpm[cell] as number, fault.lossPpm);
    effect.duplicatePpm[cell] = either(effect.duplicatePpm[cell] as number, fault.duplicatePpm);
  }
}

/** Chance, per million, that at least one of two independent things happens. */
function either(first: number, second: number): number {
  return MILLION - Math.floor(((MILLION - first) * (MILLION - second)) / MILLION);
}
