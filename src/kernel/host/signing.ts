/** What is signed, how it is sized on the wire, and how a received envelope is opened: one place for all hosts. */
import { assert } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import { decode, encode, encodeBriefly, toHex } from '../../core/encoding.ts';
import type { SignedRef } from '../../protocols/protocol.ts';
import type { Envelope, EnvelopeMemo } from '../envelope.ts';
import { joined } from './scratch.ts';
import { foundMessage, foundVerdict, remember, type TypedMessage } from './verdicts.ts';
import type { World, WorldConstants } from './world.ts';

/** Encodings of messages that were passed on, by identity: a message never changes once it is made. */
const encodings = new WeakMap<object, Uint8Array>();

/** Canonical bytes of a message that is passed on, perhaps many times over. Every call gives a view of its own. */
export function encodeAgain(message: object): Uint8Array {
  let bytes = encodings.get(message);
  if (bytes === undefined) {
    bytes = encode(message);
    encodings.set(message, bytes);
  }
  // Copies are told apart by their bytes: two relays in one step are two messages.
  return bytes.subarray();
}

/** What was encoded last, by type: in a round, one node after the other votes for the same. */
const lastEncoded = new Map<string, { readonly message: TypedMessage; readonly bytes: Uint8Array }>();

/** Canonical bytes of a message that a node signs; the very bytes of an equal one before it. Do not write to them. */
export function encodeOwn(message: TypedMessage): Uint8Array {
  const last = lastEncoded.get(message.type);
  if (last !== undefined && isSameMessage(last.message, message)) return last.bytes;
  const bytes = encode(message);
  lastEncoded.set(message.type, { message, bytes });
  return bytes;
}

/** prefix ‖ canonical encoding of what the protocol says is signed for this message; valid until the next call. */
export function statementBytes(
  world: WorldConstants,
  message: TypedMessage,
  messageBytes: Uint8Array | null,
): Uint8Array {
  const content = world.protocol.statement(message, world.plan.protocol.mutant) as unknown;
  const encoded = content === message && messageBytes !== null ? messageBytes : encodeBriefly(content);
  return joined(world.prefix, encoded);
}

/** Bytes on the wire: the encoding, the outer signature, and embedded ones at their real size where they are modelled. */
export function wireSize(
  world: WorldConstants,
  signer: NodeIndex,
  message: TypedMessage,
  encodedBytes: number,
): number {
  const outer = world.suites[signer]?.signatureBytes ?? 0;
  let size = encodedBytes + outer;
  for (const { proof } of world.protocol.embedded(message)) {
    const suite = world.suites[proof.signer];
    if (suite !== undefined) size += suite.signatureBytes - suite.storedSignatureBytes;
  }
  return size;
}

/** Decodes once a thread; the verdict on the signature stays open. */
export function openEnvelope(world: WorldConstants, envelope: Envelope): EnvelopeMemo {
  if (envelope.memo !== null) return envelope.memo;
  const message = world.protocol.parseMessage(decode(envelope.bytes)) as TypedMessage | null;
  const type = message === null ? -1 : world.protocol.meta(message).type;
  const proof = { signer: envelope.claimedFrom, signature: envelope.signature };
  envelope.memo = { message, type, proof, valid: undefined, ahead: null };
  return envelope.memo;
}

/** Whether the envelope's signature is that of the node it names. Works it out at most once a thread. */
export function verifyEnvelope(world: WorldConstants, envelope: Envelope): boolean {
  const memo = openEnvelope(world, envelope);
  if (memo.valid !== undefined) return memo.valid;
  if (memo.message !== null && foundMessage(world, envelope.claimedFrom, envelope.signature) === memo.message) {
    memo.valid = foundVerdict(envelope.signature);
    return memo.valid;
  }
  const suite = world.suites[envelope.claimedFrom];
  const publicKey = world.publicKeys[envelope.claimedFrom];
  if (memo.message === null || suite === undefined || publicKey === undefined) {
    memo.valid = false;
  } else {
    const bytes = statementBytes(world, memo.message as TypedMessage, envelope.bytes);
    memo.valid = suite.verify(envelope.signature, bytes, publicKey);
  }
  return memo.valid;
}

/** Key of a verdict in the cache: a hash over signer, statement and signature. */
export function verdictKey(
  world: WorldConstants,
  signer: NodeIndex,
  statement: Uint8Array,
  signature: Uint8Array,
): string {
  const bytes = new Uint8Array(4 + statement.length + signature.length);
  new DataView(bytes.buffer).setUint32(0, signer);
  bytes.set(statement, 4);
  bytes.set(signature, 4 + statement.length);
  return toHex(world.hash(bytes));
}

/** Signs as `signer`. A modelled signature is a hash over what it is checked against: its maker need not work it out again. */
export function signStatement(
  world: WorldConstants & Partial<Pick<World, 'chorus'>>,
  signer: NodeIndex,
  message: TypedMessage,
  bytes: Uint8Array,
  secretKey: Uint8Array,
): Uint8Array {
  const suite = world.suites[signer];
  assert(suite !== undefined, 'every node has a suite');
  const signature =
    world.chorus?.sign(world, signer, message, bytes) ?? suite.sign(statementBytes(world, message, bytes), secretKey);
  if (suite.engine === 'modelled') remember(world, signer, message, signature, true);
  return signature;
}

/** Whether `signer` signed the message; for statements that travel inside others. `encoded`: its encoding, where known. */
export function verifyStatement(
  world: WorldConstants,
  signer: NodeIndex,
  message: TypedMessage,
  signature: Uint8Array,
  encoded: Uint8Array | null = null,
): boolean {
  const known = foundMessage(world, signer, signature);
  if (known !== null && isSameMessage(known, message)) return foundVerdict(signature);
  const verdict = judgeStatement(world, signer, message, signature, encoded);
  remember(world, signer, message, signature, verdict);
  return verdict;
}

/** Whether two messages have the same fields with the same values; nested data is the same only where it is one object. */
export function isSameMessage(a: TypedMessage, b: TypedMessage): boolean {
  if (a === b) return true;
  const [mine, others] = [a as unknown as Fields, b as unknown as Fields];
  let count = 0;
  for (const key in mine) {
    if (mine[key] !== others[key]) return false;
    count++;
  }
  for (const _ in others) count--;
  return count === 0;
}

type Fields = Readonly<Record<string, unknown>>;

function judgeStatement(
  world: WorldConstants,
  signer: NodeIndex,
  message: TypedMessage,
  signature: Uint8Array,
  encoded: Uint8Array | null,
): boolean {
  const suite = world.suites[signer];
  const publicKey = world.publicKeys[signer];
  if (suite === undefined || publicKey === undefined) return false;
  const statement = statementBytes(world, message, encoded);
  if (suite.engine === 'modelled') return suite.verify(signature, statement, publicKey);
  const key = verdictKey(world, signer, statement, signature);
  const known = world.verdicts.get(key);
  if (known !== undefined) return known;
  const verdict = suite.verify(signature, statement, publicKey);
  world.verdicts.set(key, verdict);
  return verdict;
}

/**
 * Verifies ahead of delivery whatever the platform can verify asynchronously: the outer signature and embedded ones. Once a
 * thread, however many of its nodes receive a copy.
 */
export function verifyAhead(world: WorldConstants, envelope: Envelope): Promise<unknown> {
  const memo = openEnvelope(world, envelope);
  memo.ahead ??= verifyParts(world, envelope, memo);
  return memo.ahead;
}

/** One promise where there is one signature: a round of 64 validators is eight thousand of them. */
function verifyParts(world: WorldConstants, envelope: Envelope, memo: EnvelopeMemo): Promise<unknown> {
  const message = memo.message as TypedMessage | null;
  if (message === null) return Promise.resolve();
  const jobs: Promise<void>[] = [];
  const outer = world.suites[envelope.claimedFrom];
  const publicKey = world.publicKeys[envelope.claimedFrom];
  if (memo.valid === undefined && outer?.verifyAhead != null && publicKey !== undefined) {
    const bytes = statementBytes(world, message, envelope.bytes).slice();
    jobs.push(
      outer.verifyAhead(envelope.signature, bytes, publicKey).then((valid) => {
        memo.valid = valid;
      }),
    );
  }
  for (const { message: inner, proof } of world.protocol.embedded(message)) {
    jobs.push(verifyInnerAhead(world, inner, proof));
  }
  return jobs.length === 1 ? (jobs[0] as Promise<void>) : Promise.all(jobs);
}

async function verifyInnerAhead(world: WorldConstants, message: TypedMessage, proof: SignedRef): Promise<void> {
  const suite = world.suites[proof.signer];
  const publicKey = world.publicKeys[proof.signer];
  if (suite?.verifyAhead == null || publicKey === undefined) return;
  const statement = statementBytes(world, message, null).slice();
  const key = verdictKey(world, proof.signer, statement, proof.signature);
  if (world.verdicts.get(key) !== undefined) return;
  world.verdicts.set(key, await suite.verifyAhead(proof.signature, statement, publicKey));
}
