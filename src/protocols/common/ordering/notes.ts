/** Which rule fired, or why something was refused: what the trace shows. */
export const NOTE = {
  notMember: 'refused: not of this group',
  notLeader: 'refused: not the leader of its view',
  changes: 'asks for another leader: what waits was not ordered in time (PBFT §4.4)',
  joins: 'joins a change of view: one correct member at least wants it (PBFT §4.5.2)',
  begins: 'leads the new view (PBFT §4.4)',
  follows: 'follows the leader of the new view (PBFT §4.4)',
  badChanges: 'refused: a new view without the changes of a quorum',
  badDecision: 'refused: a decision without the commits of a quorum',
  badCertificate: 'refused: a certificate without the votes of a quorum',
  unsafe: 'refused: a new view that does not take up the highest certificate of a quorum (HotStuff §4.2, Jolteon §3)',
  otherWay: 'refused: this height is ordered in another way',
  behind: 'asks for what it missed',
} as const;
