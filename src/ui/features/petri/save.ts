/** The net of the running protocol as a file. */
import { writePnml } from '../../../checks/petri/pnml.ts';
import { unfoldNet } from '../../../checks/petri/unfold.ts';
import type { Declaration } from '../../../protocols/protocol.ts';

/** Epochs in the file: the first and the one after a change of leader. */
const EPOCHS = 2;

/** The net of one slot for so many validators, as PNML. */
export function pnmlOf({ name, net, quorum }: Declaration, validators: number): string {
  if (net === undefined) throw new Error(`${name} declares no net`);
  const size = { validators, quorum: quorum(validators), epochs: EPOCHS, values: 1 };
  return writePnml(unfoldNet(net, size, `${name}, ${validators} validators`));
}

export function savePnml(declaration: Declaration, validators: number): void {
  const url = URL.createObjectURL(new Blob([pnmlOf(declaration, validators)], { type: 'application/xml' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${declaration.name}-${validators}.pnml`;
  link.click();
  // The browser has taken the address over by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
