/** Which rule fired, or why an input was refused: constant texts of the trace. */
export const NOTE = {
  notServer: 'refused: the sender is no server',
  notOwner: 'refused: the ballot belongs to another server',
  recovered: 'restarted: keeps its promises',
  takesOver: 'hears no proposer: prepares a ballot of its own',
  leads: 'a majority promised: phase 1 is done for all instances to come',
  adopts: 'proposes a value that was accepted before (P2c)',
  giveUp: 'a higher ballot was promised: gives up and waits',
  duel: 'a higher ballot was promised: tries a higher one at once',
  forgotten: 'asked to accept in an instance whose value was chosen and forgotten',
  oldSnapshot: 'snapshot refused: not above what is known to be chosen',
  wrongState: "snapshot refused: not the state behind its block's root",
  jumped: 'took over the state of another learner: the values between are forgotten',
  contradictsChosen: 'refused: another value is known to be chosen',
} as const;
