/** Known-broken variants. Each weakens one rule where it stands (see `ctx.mutant`) and is caught by the named check. */
import type { Mutant } from '../protocol.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'hotstuff-height-lock',
    breaks: 'safety',
    what: 'A vote only asks whether the block is higher than the lock, not whether it extends it: two branches both grow.',
    source: 'Yin et al., PODC 2019, §4.1 (safeNode)',
    scenario: 'mutant-hotstuff-height-lock',
    check: 'agreement',
  },
  {
    name: 'hotstuff-two-phase',
    breaks: 'liveness',
    what: 'Two phases, and a leader that goes by the first quorum it hears: a lock that it does not know of blocks its view.',
    source: 'Yin et al., PODC 2019, §4.4 (livelessness with two phases)',
    scenario: 'mutant-hotstuff-two-phase',
    needs: { mode: 'basic' },
    check: 'no-hidden-lock',
  },
  {
    name: 'hotstuff-gap-commit',
    breaks: 'safety',
    what: 'Three certified blocks decide the first even where views lie between them, in which another branch was locked.',
    source: 'Yin et al., PODC 2019, §5.1 (direct parents); DiemBFT, 2021 (consecutive rounds)',
    scenario: 'mutant-hotstuff-gap-commit',
    check: 'agreement',
  },
  {
    name: 'two-chain-stale-qc',
    breaks: 'safety',
    what: 'After timeouts nobody asks for the highest certificate: a new leader builds below a block that two in a row decided.',
    source: 'Gelashvili et al., Jolteon and Ditto, arXiv 2106.10362, fig. 2 (vote rule after a timeout)',
    scenario: 'mutant-hotstuff-two-chain-stale-qc',
    check: 'agreement',
  },
  {
    name: 'qc-repeated-signers',
    breaks: 'safety',
    what: 'A certificate may name one signer several times, so that one signature is a quorum.',
    source: 'Yin et al., PODC 2019, §4.1 (a QC combines votes of distinct replicas)',
    scenario: 'mutant-hotstuff-qc-repeated-signers',
    check: 'certificates',
  },
];
