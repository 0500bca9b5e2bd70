/** A scenario with one validator less: those after it move up by one name, and faults forget it. */
import type { Fault, Scenario } from '../../scenario/index.ts';

/** Null where it is the last one, or a fault would have nothing left to be about. */
export function withoutValidator(scenario: Scenario, node: number): Scenario | null {
  const { validators } = scenario;
  const count = typeof validators === 'number' ? validators : validators.length;
  if (count <= 1) return null;
  const rename = (name: string): string | null => {
    const match = /^v(\d+)$/.exec(name);
    if (match === null) return name;
    const index = Number(match[1]);
    return index === node ? null : `v${index > node ? index - 1 : index}`;
  };
  const faults: Fault[] = [];
  for (const fault of scenario.faults) {
    const renamed = renameIn(fault, rename);
    if (renamed === null) return null;
    faults.push(renamed);
  }
  const fewer = typeof validators === 'number' ? validators - 1 : validators.filter((_, i) => i !== node);
  return { ...scenario, validators: fewer, faults };
}

function renameIn(fault: Fault, rename: (name: string) => string | null): Fault | null {
  const all = (names: readonly string[]): string[] => names.flatMap((name) => rename(name) ?? []);
  const some = (names: readonly string[] | null): string[] | null => (names === null ? null : all(names));
  switch (fault.kind) {
    case 'crash':
    case 'slow': {
      const target = rename(fault.target);
      return target === null ? null : { ...fault, target };
    }
    case 'byzantine': {
      const [target, peers] = [rename(fault.target), some(fault.peers)];
      return target === null || peers?.length === 0 ? null : { ...fault, target, peers };
    }
    case 'link': {
      const [from, to] = [some(fault.from), some(fault.to)];
      return from?.length === 0 || to?.length === 0 ? null : { ...fault, from, to };
    }
    case 'partition': {
      const groups = fault.groups.map(all);
      return groups.some((group) => group.length === 0) ? null : { ...fault, groups };
    }
    default:
      return null;
  }
}
