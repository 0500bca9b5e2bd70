/** Certificates that travel inside messages: every node of a thread checks the same ones, this thread checks each once. */
import type { Micros } from '../../core/time.ts';
import type { SignedRef } from '../../protocols/protocol.ts';
import { isSameMessage, verifyStatement } from './signing.ts';
import type { TypedMessage } from './verdicts.ts';
import type { WorldConstants } from './world.ts';

export interface Found {
  readonly keys: WorldConstants['publicKeys'];
  readonly costs: WorldConstants['costs'];
  readonly message: TypedMessage;
  /** How many of the proofs, from the first on, are their signers' signatures; all of them: the message is proved. */
  readonly validCount: number;
  /** How many were looked at: the one that failed too. */
  readonly seenCount: number;
  /** Virtual CPU time of that on a node that is not slowed, µs. */
  readonly seenMicros: Micros;
}

/** What was last found of a certificate, by the identity of its proofs: neither they nor what they prove ever change. */
const checked = new WeakMap<readonly SignedRef[], Found>();

/** The same for the certificate looked at last: its receivers come one after the other. */
let lastProofs: readonly SignedRef[] | null = null;
let lastFound: Found | null = null;

/** Checks the proofs of a message, in order, until one fails. */
export function checkProofs(world: WorldConstants, message: TypedMessage, proofs: readonly SignedRef[]): Found {
  const known = proofs === lastProofs ? lastFound : (checked.get(proofs) ?? null);
  const isKnown = known !== null && known.keys === world.publicKeys && known.costs === world.costs;
  if (isKnown && isSameMessage(known.message, message)) return remembered(proofs, known);
  let validCount = 0;
  let seenCount = 0;
  let seenMicros = 0;
  for (const { signer, signature } of proofs) {
    seenCount++;
    seenMicros += world.costs[signer]?.verifyMicros ?? 0;
    if (!verifyStatement(world, signer, message, signature)) break;
    validCount++;
  }
  const { publicKeys: keys, costs } = world;
  const found = { keys, costs, message, validCount, seenCount, seenMicros };
  checked.set(proofs, found);
  return remembered(proofs, found);
}

function remembered(proofs: readonly SignedRef[], found: Found): Found {
  lastProofs = proofs;
  lastFound = found;
  return found;
}
