/**
 * What this thread found lately of signatures, by the identity of their bytes: neither they nor the message they belong to
 * ever change. A small table, one place a signature, the newest stays: a map of weak keys would cost more than it saves.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { WorldConstants } from './world.ts';

export interface TypedMessage {
  readonly type: string;
}

/** A power of two: several rounds of the largest testnet. */
const PLACES = 1024;

const signatures = new Array<Uint8Array | null>(PLACES).fill(null);
const messages = new Array<TypedMessage | null>(PLACES).fill(null);
/** Whose keys they were checked with: a run has its own. */
const keys = new Array<WorldConstants['publicKeys'] | null>(PLACES).fill(null);
const signers = new Int32Array(PLACES);
const verdicts = new Uint8Array(PLACES);

/** Signatures are as good as random in their first bytes. */
function placeOf(signature: Uint8Array): number {
  return (((signature[0] ?? 0) << 8) | (signature[1] ?? 0)) & (PLACES - 1);
}

/** The message whose signature by `signer` was judged; null where this signature is none that is remembered. */
export function foundMessage(world: WorldConstants, signer: NodeIndex, signature: Uint8Array): TypedMessage | null {
  const place = placeOf(signature);
  if (signatures[place] !== signature || signers[place] !== signer || keys[place] !== world.publicKeys) return null;
  return messages[place] as TypedMessage;
}

/** Whether the signature was valid; only right after `foundMessage` gave its message. */
export function foundVerdict(signature: Uint8Array): boolean {
  return verdicts[placeOf(signature)] === 1;
}

export function remember(
  world: WorldConstants,
  signer: NodeIndex,
  message: TypedMessage,
  signature: Uint8Array,
  verdict: boolean,
): void {
  const place = placeOf(signature);
  signatures[place] = signature;
  messages[place] = message;
  keys[place] = world.publicKeys;
  signers[place] = signer;
  verdicts[place] = verdict ? 1 : 0;
}
