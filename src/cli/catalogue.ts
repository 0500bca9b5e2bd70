/** What there is to run: protocols, their known-broken variants, and the scenarios of the library. */
import type { AnyProtocol } from '../protocols/protocol.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { presets } from '../scenario/index.ts';

export interface Catalogue {
  readonly protocols: readonly {
    readonly name: string;
    readonly title: string;
    readonly summary: string;
    readonly paper: string;
    readonly faultModel: string;
  }[];
  /** `scenario`: the preset that sets it; `check`: what must fire there. */
  readonly mutants: readonly {
    readonly name: string;
    readonly protocol: string;
    readonly scenario: string;
    readonly check: string;
    readonly breaks: string;
    readonly what: string;
    readonly source: string;
  }[];
  readonly presets: readonly {
    readonly id: string;
    readonly name: string;
    readonly teaches: string;
    readonly level: string;
    readonly protocol: string;
    readonly violates: string | null;
  }[];
}

export function catalogue(): Catalogue {
  const protocols = [...PROTOCOLS.values()];
  return {
    protocols: protocols.map(({ declaration }) => {
      const { name, title, summary, paper, faultModel } = declaration;
      return { name, title, summary, paper, faultModel };
    }),
    mutants: protocols.flatMap(mutantsOf),
    presets: presets.map(({ id, title, teaches, level, violates, scenario }) => {
      return { id, name: title, teaches, level, protocol: scenario.protocol.name, violates };
    }),
  };
}

function mutantsOf({ declaration, mutants }: AnyProtocol): Catalogue['mutants'] {
  return mutants.map(({ name, scenario, check, breaks, what, source }) => {
    return { name, protocol: declaration.name, scenario, check, breaks, what, source };
  });
}

/** For people: one line each, under three headings. */
export function catalogueText({ protocols, mutants, presets: scenarios }: Catalogue): string {
  const sections = [
    ['Protocols', protocols.map(({ name, title }) => [name, title])],
    ['Presets', scenarios.map(({ id, name }) => [id, name])],
    ['Mutants', mutants.map(({ name, check, protocol, what }) => [name, `${protocol}, caught by ${check}: ${what}`])],
  ] as const;
  return sections.map(([title, rows]) => `${title}\n${columns(rows)}`).join('\n');
}

function columns(rows: readonly (readonly string[])[]): string {
  const width = rows.reduce((widest, [name = '']) => Math.max(widest, name.length), 0);
  return rows.map(([name = '', text = '']) => `  ${name.padEnd(width)}  ${text}\n`).join('');
}
