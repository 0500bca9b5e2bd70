/** Known-broken variants. Each weakens one rule where it stands (see `ctx.mutant`) and is caught by the named check. */
import type { Mutant } from '../protocol.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'qc-repeated-signers',
    breaks: 'safety',
    what: 'A certificate may name one signer several times, so that one signature is a quorum.',
    source: 'Yin et al., PODC 2019, §4.1 (a QC combines votes of distinct replicas)',
    scenario: 'mutant-hotstuff-qc-repeated-signers',
    check: 'certificates',
  },
];
