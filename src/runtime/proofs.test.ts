/** Certificates are checked once a thread: what is remembered must be of this very certificate, message and run. */
import { beforeAll, describe, expect, it } from 'vitest';
import { encode } from '../core/encoding.ts';
import type { SuiteName } from '../crypto/suite.ts';
import { checkProofs } from '../kernel/host/proofs.ts';
import { signStatement } from '../kernel/host/signing.ts';
import type { WorldConstants } from '../kernel/host/world.ts';
import type { SignedRef } from '../protocols/protocol.ts';
import { openConstants } from './constants.ts';
import { secretKeys } from './world.ts';
import { planOf } from './testing/scenarios.ts';

const vote = { type: 'prepare', height: 3, view: 0, digest: 'ab'.repeat(32) };
const other = { ...vote, digest: 'cd'.repeat(32) };
let world: WorldConstants;
let elsewhere: WorldConstants;

function open(seed: number, suite: SuiteName): Promise<WorldConstants> {
  const plan = planOf({ seed, protocol: { name: 'svbft' }, validators: 4 });
  const validators = plan.validators.map((validator) => ({ ...validator, suite }));
  return openConstants({ ...plan, validators }, { keepWords: false, highlights: 'all' });
}

function proofsOf(signed: typeof vote, signers = [0, 1, 2]): SignedRef[] {
  const keys = secretKeys(world.plan, world, signers);
  return signers.map((signer) => {
    const key = keys.get(signer) ?? new Uint8Array(0);
    return { signer, signature: signStatement(world, signer, signed, encode(signed), key) };
  });
}

describe.each(['modelled:ml-dsa-65', 'ed25519'] as const)('a certificate of %s', (suite) => {
  beforeAll(async () => {
    world = await open(1, suite);
    elsewhere = await open(2, suite);
  });

  it('is proved by the signatures of its signers, however often it is met', () => {
    const proofs = proofsOf(vote);
    expect([1, 2, 3].map(() => checkProofs(world, { ...vote }, proofs).validCount)).toEqual([3, 3, 3]);
  });

  it('proves nothing else, before and after it was checked', () => {
    const proofs = proofsOf(vote);
    expect(checkProofs(world, other, proofs).validCount).toBe(0);
    expect(checkProofs(world, vote, proofs).validCount).toBe(3);
    expect(checkProofs(world, other, proofs).validCount).toBe(0);
    expect(checkProofs(world, { ...vote, extra: 1 } as typeof vote, proofs).validCount).toBe(0);
  });

  it('counts up to the first signature that is not its signer’s', () => {
    const proofs = proofsOf(vote);
    const [first, second, third] = proofs as [SignedRef, SignedRef, SignedRef];
    const forged = second.signature.slice();
    forged[5] = (forged[5] as number) ^ 1;
    expect(checkProofs(world, vote, [first, { signer: 1, signature: forged }, third]).validCount).toBe(1);
    // The bytes are those of a signature that was just found valid, the signer is not.
    expect(checkProofs(world, vote, [first, { signer: 2, signature: second.signature }]).validCount).toBe(1);
    expect(checkProofs(world, vote, proofs).validCount).toBe(3);
  });

  it('is worth nothing on another testnet', () => {
    const proofs = proofsOf(vote);
    expect(checkProofs(world, vote, proofs).validCount).toBe(3);
    expect(checkProofs(elsewhere, vote, proofs).validCount).toBe(0);
  });
});
