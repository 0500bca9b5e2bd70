import { type Naming, nodeName } from '../core/ids.ts';
import { msFromMicros } from '../core/time.ts';
import type { CrashPoint, FaultPlan } from '../kernel/plan.ts';

/** One line for people. Part of the trace, hence of the fingerprint. */
export function describeFault(fault: FaultPlan, naming: Naming): string {
  const name = (node: number): string => nodeName(node, naming);
  const names = (nodes: readonly number[]): string => nodes.map(name).join(', ');
  switch (fault.kind) {
    case 'crash':
      return `${name(fault.target)} crashes${pointText(fault.point)} (${fault.disk} disk)`;
    case 'partition': {
      const sides = fault.groups.map((group) => names(group)).join(fault.oneWay ? ' → ' : ' | ');
      return `partition ${sides} (${fault.cut})`;
    }
    case 'link': {
      const effects = [
        fault.delayMicros > 0 ? `+${msFromMicros(fault.delayMicros)} ms` : '',
        fault.lossPpm > 0 ? `${fault.lossPpm / 10_000} % lost` : '',
        fault.duplicatePpm > 0 ? `${fault.duplicatePpm / 10_000} % doubled` : '',
      ].filter((effect) => effect !== '');
      const arrow = fault.symmetric ? '↔' : '→';
      return `link ${names(fault.from)} ${arrow} ${names(fault.to)}: ${effects.join(', ') || 'no effect'}`;
    }
    case 'message': {
      const receivers = fault.to === null ? 'everybody' : names(fault.to);
      const effect = { drop: 'dropped', delay: 'delayed', duplicate: 'doubled', alter: 'altered' }[fault.action];
      const by = fault.delayMicros > 0 && fault.action !== 'drop' ? ` (+${msFromMicros(fault.delayMicros)} ms)` : '';
      return `message ${name(fault.origin)}#${fault.sequence} to ${receivers} ${effect}${by}`;
    }
    case 'slow':
      return `${name(fault.target)} computes ${fault.factorMilli / 1000} times slower`;
    case 'byzantine':
      return `${name(fault.target)} turns Byzantine: ${fault.behaviour}`;
  }
}

function pointText(point: CrashPoint | undefined): string {
  if (point === undefined) return '';
  const when = { receive: 'instead of handling', send: 'instead of sending', sent: 'after sending' }[point.on];
  return ` ${when} its ${point.type} no. ${point.nth}`;
}
