import type { NodeIndex } from '../../core/ids.ts';
import { PURPOSE, streamKey } from '../../core/prng.ts';
import type { SuiteName } from '../../crypto/suite.ts';
import type { NodeContext, SignedRef } from '../../protocols/protocol.ts';
import type { RunPlan } from '../plan.ts';
import type { Message } from './machines.ts';
import type { Meter } from './meter.ts';
import { checkProofs } from './proofs.ts';
import { verifyStatement } from './signing.ts';
import type { Work } from './work.ts';
import type { World } from './world.ts';

interface Validators {
  readonly stakes: readonly number[];
  readonly suites: readonly SuiteName[];
}

/** The same lists for all nodes of a plan, in every run of it. */
const lists = new WeakMap<RunPlan, Validators>();

function validatorsOf(plan: RunPlan): Validators {
  const known = lists.get(plan);
  if (known !== undefined) return known;
  const { validators } = plan;
  const made = { stakes: validators.map(({ stake }) => stake), suites: validators.map(({ suite }) => suite) };
  lists.set(plan, made);
  return made;
}

/**
 * What the machine of `self` may know of the world. What it computes is charged to `meter`, verifications are counted in `work`.
 */
export function nodeContext(
  world: World,
  self: NodeIndex,
  work: Pick<Work, 'verified'>,
  meter: Meter,
): NodeContext<unknown, Message> {
  const { plan } = world;
  const known = validatorsOf(plan);
  const onVerify = (signer: NodeIndex): void => {
    work.verified++;
    meter.spend(world.costs[signer]?.verifyMicros ?? 0);
  };
  return {
    self,
    validatorCount: plan.validators.length,
    clientCount: plan.clientCount,
    stakes: known.stakes,
    suites: known.suites,
    config: world.config,
    mutant: plan.protocol.mutant,
    random: streamKey(plan.seed, PURPOSE.workload, self),
    workload: plan.workload,
    ...(plan.shards === undefined ? {} : { shards: plan.shards }),
    spend: (micros) => meter.spend(micros),
    verify(signer, message, signature) {
      onVerify(signer);
      return verifyStatement(world, signer, message, signature);
    },
    verifyAll(message, proofs) {
      const { validCount, seenCount, seenMicros } = checkProofs(world, message, proofs);
      if (meter.spendSum(seenMicros)) work.verified += seenCount;
      else for (let i = 0; i < seenCount; i++) onVerify((proofs[i] as SignedRef).signer);
      return validCount === proofs.length;
    },
  };
}
