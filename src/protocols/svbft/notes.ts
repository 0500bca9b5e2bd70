/** Which rule fired, or why an input was refused: constant texts of the trace. */
import { SYNC_NOTE } from '../common/chain/sync.ts';

export const NOTE = {
  notValidator: 'refused: the sender is no validator',
  notMember: 'refused: the sender is no member of this height',
  notPrimary: 'proposal refused: not from the primary of its view',
  oldProposal: 'proposal of an abandoned view: kept, not voted for',
  secondProposal: 'proposal refused: the primary proposed another block before',
  wrongParent: 'proposal refused: not on top of our last block',
  wrongProposer: 'proposal refused: the block was not made by the primary of its epoch',
  wrongEpoch: 'proposal refused: the block is not of this view',
  wrongMembers: 'proposal refused: not the scheduled validators',
  badBatch: 'proposal refused: a batch is not signed by its client',
  mayNotPrepare: 'proposal refused: it contradicts our own vote',
  blockMissing: 'final, but the block has not arrived: asking for it',
  viewTooFar: 'vote refused: its view is too far ahead',
  oldChange: 'view change is not newer than the one before',
  badClaim: 'view change refused: its prepared block does not fit its claim',
  joined: 'joined a view change: f+1 others left our view',
  timedOut: 'view timed out',
  repeatedChange: 'view change sent again: no quorum yet',
  newView: 'new view: a quorum of view changes arrived',
  ...SYNC_NOTE,
  recovered: 'restarted: says again what it said',
} as const;
