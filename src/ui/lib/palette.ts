/** The fault palette: what can be dragged, or carried by keyboard, onto a node or a link. Follows from the declaration. Pure. */
import type { Declaration } from '../../protocols/protocol.ts';
import type { FaultInput } from '../../scenario/types.ts';
import type { Frame } from '../../session/view.ts';
import {
  BEHAVIOUR_TEXT,
  bearsLiars,
  behavioursFor,
  byzantineFaults,
  linkFaults,
  type LinkSettings,
  machineFaults,
  type ShardSetting,
  stepCrashes,
} from './faults.ts';

export interface PaletteEntry {
  /** Unique; also what a drag carries. */
  readonly id: string;
  readonly label: string;
  readonly explain: string;
  /** What it can be put on. */
  readonly on: 'node' | 'validator' | 'link';
  readonly group: 'Machine' | 'Crash at a step' | 'Link' | 'Byzantine';
}

/** What a palette entry was dropped on. */
export type Target =
  | { readonly kind: 'node'; readonly node: number }
  | { readonly kind: 'link'; readonly from: number; readonly to: number };

/** MIME type of a dragged entry. */
export const DRAGGED = 'application/x-testnet-fault';

const LINK_DEFAULTS: LinkSettings = { delayMs: 200, lossPercent: 30 };
const CRASHES = /^Crash/;

/** `shards`: how the testnet is split; leaves out what only concerns other numbers of phases. */
export function paletteOf(
  declaration: Pick<Declaration, 'faultModel' | 'behaviours' | 'transactions'>,
  shards: ShardSetting = null,
): readonly PaletteEntry[] {
  const machine = machineFaults('it', []).map(
    ({ label, explain }): PaletteEntry => ({
      id: `machine/${label}`,
      label,
      explain,
      on: CRASHES.test(label) ? 'validator' : 'node',
      group: 'Machine',
    }),
  );
  const link = linkFaults('one', 'the other', LINK_DEFAULTS).map(
    ({ label, explain }): PaletteEntry => ({ id: `link/${label}`, label, explain, on: 'link', group: 'Link' }),
  );
  const steps = stepCrashes('it', declaration, shards?.commit ?? null).map(
    ({ label, explain }): PaletteEntry => ({
      id: `step/${label}`,
      label,
      explain,
      on: 'validator',
      group: 'Crash at a step',
    }),
  );
  if (!bearsLiars(declaration, shards)) return [...machine, ...steps, ...link];
  const byzantine = behavioursFor(declaration.behaviours).map(
    (behaviour): PaletteEntry => ({
      id: `byzantine/${behaviour}`,
      label: behaviour,
      explain: BEHAVIOUR_TEXT[behaviour],
      on: 'validator',
      group: 'Byzantine',
    }),
  );
  return [...machine, ...steps, ...link, ...byzantine];
}

type Where = Pick<Frame, 'nodes' | 'declaration'> & { readonly scenario: { readonly shards: ShardSetting } };

/** The fault that an entry makes of a target; null where it cannot be put there. */
export function faultOn(id: string, target: Target, { nodes, declaration, scenario }: Where): FaultInput | null {
  const entry = paletteOf(declaration, scenario.shards).find((candidate) => candidate.id === id);
  if (entry === undefined) return null;
  if (target.kind === 'link') {
    const [from, to] = [nodes[target.from], nodes[target.to]];
    if (entry.on !== 'link' || from === undefined || to === undefined) return null;
    return linkFaults(from.id, to.id, LINK_DEFAULTS).find(({ label }) => label === entry.label)?.fault ?? null;
  }
  const node = nodes[target.node];
  if (node === undefined || entry.on === 'link' || (entry.on === 'validator' && node.kind !== 'validator')) return null;
  const others = nodes.filter((other) => other.index !== node.index).map((other) => other.id);
  const choices = [
    ...machineFaults(node.id, others),
    ...stepCrashes(node.id, declaration),
    ...byzantineFaults(node.id, declaration.behaviours),
  ];
  return choices.find(({ label }) => label === entry.label)?.fault ?? null;
}
