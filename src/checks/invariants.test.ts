/** Each invariant fires when a real run is altered in just the way it forbids, and is silent about the run as it was. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Highlight } from '../kernel/trace/highlights.ts';
import { createLedger, executeBatch, stateRoot } from '../ledger/ledger.ts';
import type { Block, SignedBatch } from '../ledger/types.ts';
import type { SignedRef } from '../protocols/protocol.ts';
import { Judge, type JudgeReport } from './judge.ts';
import { begins, crash, decisions, ends, judged, liar, messages, record, redecide, type Tape } from './testing/tape.ts';

let tape: Tape;
beforeAll(async () => {
  tape = await record();
});

/** Names and details of what is violated once the altered run has been heard. */
function violations(highlights: readonly Highlight[]): Record<string, string> {
  return Object.fromEntries([...judged(tape, highlights).violations].map(([name, { detail }]) => [name, detail]));
}

const hex = (digit: string): string => digit.repeat(64);
const blockOf = (value: unknown): Block => value as Block;

/** Every node's decision of a height with another block in it; its digest stays. */
function reblock(slot: number, change: (block: Block) => Block): Highlight[] {
  return redecide(tape.highlights, (told) => {
    if (told.decision.slot !== slot) return told;
    return { ...told, decision: { ...told.decision, value: change(blockOf(told.decision.value)) } };
  });
}

describe('a run as it was', () => {
  it('violates nothing, and every check has seen something', () => {
    const judge = judged(tape, tape.highlights);
    expect([...judge.violations]).toEqual([]);
    const { checks } = judge.report();
    expect(checks.map(({ name }) => name)).toEqual([
      'agreement',
      'prefix-consistency',
      'validity',
      'certificates',
      'one-vote',
      'liveness',
      'linearizability',
    ]);
    for (const { verdict, atMs } of checks) expect([verdict, atMs]).toEqual(['holds', null]);
    expect(checks[0]?.detail).toContain('4 heights');
    expect(checks[3]?.detail).toContain('16 certificates');
    expect(decisions(tape.highlights).some(({ decision }) => blockOf(decision.value).batches.length > 0)).toBe(true);
  });

  it('is judged alike when judging was interrupted at any point', () => {
    const expected = judged(tape, tape.highlights).report();
    for (let cut = 0; cut < tape.highlights.length; cut += 17) {
      const second = new Judge(tape.world);
      second.restore(structuredClone(judged(tape, tape.highlights.slice(0, cut)).capture()));
      for (const highlight of tape.highlights.slice(cut)) second.onHighlight(highlight);
      expect(second.report(), `cut at ${cut}`).toEqual(expected);
    }
  });

  it('keeps its first violation through an interruption', () => {
    const broken = redecide(tape.highlights, (told) => (told.node === 1 && told.decision.slot === 2 ? null : told));
    const second = new Judge(tape.world);
    second.restore(structuredClone(judged(tape, broken).capture()));
    const expected: JudgeReport = judged(tape, broken).report();
    expect(expected.checks.filter(({ verdict }) => verdict === 'violated')).toHaveLength(1);
    expect(second.report()).toEqual(expected);
  });
});

describe('agreement', () => {
  const otherwise = (node: number): Highlight[] =>
    redecide(tape.highlights, (told) => {
      if (told.node !== node || told.decision.slot !== 3) return told;
      return { ...told, decision: { ...told.decision, digest: hex('a') } };
    });

  it('fires when two correct nodes decide differently', () => {
    const told = decisions(tape.highlights).filter(({ decision }) => decision.slot === 3);
    const [first, second] = told as [(typeof told)[0], (typeof told)[0]];
    const found = judged(tape, otherwise(second.node)).violations.get('agreement');
    expect(found?.at).toBe(second.t);
    expect(found?.detail).toMatch(`at height 3 v${first.node} decided`);
    expect(found?.detail).toMatch(`and v${second.node} decided aaaa…aa`);
  });

  it('does not mind what a traitor says, or one that has forgotten', () => {
    expect(violations([begins(liar(2), 0), ...otherwise(2)])).toEqual({});
    expect(violations([begins(crash(2, 'torn'), 0), ends(crash(2, 'torn'), 1), ...otherwise(2)])).toEqual({});
    expect(violations([begins(crash(2), 0), ends(crash(2), 1), ...otherwise(2)])).toHaveProperty('agreement');
  });
});

describe('prefix-consistency', () => {
  it('fires when a node leaves a height out', () => {
    const gap = redecide(tape.highlights, (told) => (told.node === 1 && told.decision.slot === 2 ? null : told));
    expect(violations(gap)).toEqual({ 'prefix-consistency': 'v1 decided height 3 after height 1' });
  });

  it('fires when a node decides a height again', () => {
    const again = tape.highlights.flatMap((told) =>
      told.kind === 'decide' && told.node === 3 ? [told, told] : [told],
    );
    expect(violations(again)['prefix-consistency']).toBe('v3 decided height 1 after height 1');
  });

  it('fires when a block does not name its parent', () => {
    const orphan = violations(reblock(3, (block) => ({ ...block, parent: hex('b') })));
    expect(orphan['prefix-consistency']).toContain('decided height 3 with parent bbbb…bb');
  });
});

describe('validity', () => {
  /** The first height with transfers, and its batches. */
  function loaded(): { readonly slot: number; readonly batches: readonly SignedBatch[] } {
    for (const { decision } of decisions(tape.highlights)) {
      const { batches } = blockOf(decision.value);
      if (batches.length > 0) return { slot: decision.slot, batches };
    }
    throw new Error('no transfers were decided');
  }

  it('fires when a batch was never submitted', () => {
    const unheard = tape.highlights.filter((told) => told.kind !== 'message' || told.node < 4);
    expect(violations(unheard)['validity']).toMatch(/batch 4\/\d+ was never submitted/);
  });

  it('fires when a batch was altered after it was signed', () => {
    const { slot } = loaded();
    const altered = reblock(slot, (block) => {
      const [first, ...rest] = block.batches as [SignedBatch, ...SignedBatch[]];
      const transfers = first.batch.transfers.map((transfer) => ({ ...transfer, amount: transfer.amount + 1 }));
      return { ...block, batches: [{ ...first, batch: { ...first.batch, transfers } }, ...rest] };
    });
    expect(violations(altered)['validity']).toContain('was never submitted');
  });

  it('fires when the signature of a batch is not valid', () => {
    const { slot } = loaded();
    const forged = reblock(slot, (block) => ({
      ...block,
      batches: block.batches.map((signed) => ({ ...signed, signature: signed.signature.map((byte) => byte ^ 1) })),
    }));
    expect(violations(forged)['validity']).toContain('carries a bad signature');
  });

  it('fires when a batch is executed twice, in one block or in two', () => {
    const { slot, batches } = loaded();
    const twice = reblock(slot, (block) => ({ ...block, batches: [...block.batches, ...block.batches] }));
    expect(violations(twice)['validity']).toContain('is executed twice');
    const again = reblock(slot + 1, (block) => ({ ...block, batches: [...batches, ...block.batches] }));
    expect(violations(again)['validity']).toContain(`decided height ${slot + 1}: batch`);
  });

  it('fires when a transfer of more than there is was executed all the same', () => {
    const { slot, batches } = loaded();
    const ledger = createLedger(tape.world.plan.workload, tape.world.plan.clientCount);
    for (const { batch } of batches) executeBatch(ledger, batch, 4);
    const [source = 0, target = 0] = ledger.balances;
    ledger.balances[0] = 0;
    ledger.balances[1] = target + source + 1;
    const overspent = reblock(slot, (block) => ({ ...block, stateRoot: stateRoot(ledger) }));
    expect(violations(overspent)['validity']).toContain('its state root is not that of a serial replay');
  });

  it('fires when the order of execution was another', () => {
    const wrong = reblock(2, (block) => ({ ...block, stateRoot: hex('c') }));
    expect(violations(wrong)['validity']).toContain('decided height 2: its state root');
  });
});

describe('certificates', () => {
  interface Certificate {
    readonly view: number;
    readonly votes: readonly SignedRef[];
  }

  /** What the check says of v0's decision of height 2 with another certificate. */
  function of(change: (certificate: Certificate) => Certificate): string | undefined {
    const altered = redecide(tape.highlights, (told) => {
      if (told.node !== 0 || told.decision.slot !== 2) return told;
      return { ...told, decision: { ...told.decision, certificate: change(told.decision.certificate as Certificate) } };
    });
    const found = violations(altered);
    expect(Object.keys(found).filter((name) => name !== 'certificates')).toEqual([]);
    return found['certificates'];
  }

  const revote = (votes: (votes: readonly SignedRef[]) => readonly SignedRef[]) => (certificate: Certificate) => ({
    ...certificate,
    votes: votes(certificate.votes),
  });

  it('is silent about the certificate as it was, in any order', () => {
    expect(of((certificate) => certificate)).toBeUndefined();
    expect(of(revote((votes) => [...votes].reverse()))).toBeUndefined();
  });

  it('fires for too few signers', () => {
    expect(of(revote((votes) => votes.slice(0, 2)))).toBe('v0 at height 2: 2 distinct signers, a quorum is 3');
    expect(of(revote(() => []))).toContain('0 distinct signers');
  });

  it('fires for a signer that is counted twice', () => {
    const repeated = of(revote((votes) => [...votes.slice(0, 2), votes[0] as SignedRef]));
    expect(repeated).toMatch(/v\d is counted twice$/);
  });

  it('fires for a signer that is no validator', () => {
    const stranger = revote((votes) => votes.map((vote, i) => (i === 1 ? { ...vote, signer: 4 } : vote)));
    expect(of(stranger)).toBe('v0 at height 2: c0 is not a member');
  });

  it('fires for a signature that is not valid, though others of the same vote were', () => {
    const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
    const bad = revote((votes) =>
      votes.map((vote, i) => (i === 2 ? { ...vote, signature: flip(vote.signature) } : vote)),
    );
    expect(of(bad)).toMatch(/the signature of v\d is not valid$/);
  });

  it('fires for votes of another view', () => {
    expect(of((certificate) => ({ ...certificate, view: certificate.view + 1 }))).toMatch(
      /signature of v\d is not valid/,
    );
  });

  it('fires for votes for another block', () => {
    const other = decisions(tape.highlights).find(({ node, decision }) => node === 0 && decision.slot === 3);
    const altered = redecide(tape.highlights, (told) => {
      if (told.node !== 0 || told.decision.slot !== 2 || other === undefined) return told;
      return { ...told, decision: { ...other.decision, slot: 2 } };
    });
    expect(violations(altered)['certificates']).toBe('v0 at height 2: a vote is for another block');
  });
});

describe('one-vote', () => {
  const isVote = (type: number): boolean => tape.world.protocol.declaration.messages[type]?.exclusive === true;
  const vote = () => {
    const found = messages(tape.highlights).find(({ type, node, slot }) => isVote(type) && node === 2 && slot === 2);
    if (found === undefined) throw new Error('v2 never voted');
    return found;
  };

  it('fires when a correct node votes for two blocks', () => {
    const second = { ...vote(), t: vote().t + 5, digest: hex('d') };
    const judge = judged(tape, [...tape.highlights, second]);
    expect([...judge.violations.keys()]).toEqual(['one-vote']);
    expect(judge.violations.get('one-vote')?.at).toBe(second.t);
    expect(judge.violations.get('one-vote')?.detail).toMatch(/^v2 signed two .+ at height 2, view 0: .+ and dddd…dd$/);
  });

  it('is silent when it repeats itself, votes in another view, or somebody else speaks in its name', () => {
    const same = { ...vote(), t: vote().t + 5 };
    const later = { ...same, digest: hex('d'), epoch: 1 };
    const next = { ...same, digest: hex('d'), slot: 60 };
    const forged = { ...same, digest: hex('d'), envelope: { ...same.envelope, claimedFrom: 1 } };
    expect(violations([...tape.highlights, same, later, next, forged])).toEqual({});
  });

  it('is silent about traitors', () => {
    expect(violations([begins(liar(2), 0), ...tape.highlights, { ...vote(), digest: hex('d') }])).toEqual({});
  });
});
