/** What a message says of itself: what its signature covers, which signatures travel inside, what the trace shows. */
import { encode } from '../../core/encoding.ts';
import type { NodeIndex } from '../../core/ids.ts';
import { hashHex } from '../../crypto/hash.ts';
import { blockHash, txRootOf } from '../../ledger/block.ts';
import { submission } from '../common/submit.ts';
import type { MessageMeta, SignedMessage, SignedRef } from '../protocol.ts';
import type {
  Assignment,
  Checkpoint,
  CheckpointId,
  Claim,
  Commit,
  Entry,
  Message,
  NewView,
  Prepare,
  PrePrepare,
  Request,
  SignedChange,
  ViewChange,
} from './messages.ts';

/** Positions in `Declaration.messages`. */
export const MESSAGE_TYPES = [
  'pre-prepare',
  'prepare',
  'commit',
  'checkpoint',
  'view-change',
  'new-view',
  'status',
  'state-request',
  'state-response',
  'fetch',
  'fetched',
  'submit',
  'reply',
] as const;

/** Digests by object: requests are immutable, so remembering what was computed changes no result. */
const digests = new WeakMap<Request, string>();

/** D(m): what a request is called in votes and decisions. 64 lower-case hex digits. */
export function requestDigest(request: Request): string {
  const known = digests.get(request);
  if (known !== undefined) return known;
  const { sequence, view, batches } = request;
  const digest = hashHex(encode({ type: 'request', sequence, view, txRoot: txRootOf(batches) }));
  digests.set(request, digest);
  return digest;
}

/** The request that a new view assigns to a number for which nobody claims any. Ref: §4.4, the special null request. */
export function nullRequest(view: number, sequence: number): Request {
  return { sequence, view, batches: [] };
}

/** Who leads a view: p = v mod |R|. Ref: §4. */
export function primaryOf(view: number, validatorCount: number): NodeIndex {
  return view % validatorCount;
}

/**
 * What is signed. Type, view and sequence are part of it, so that a signature proves one statement only (domain separation).
 * The mutant `no-domain-separation` signs the bare digest.
 */
export function statement(message: Message, mutant: string | null): unknown {
  switch (message.type) {
    case 'pre-prepare': {
      const { type, view, sequence, digest } = message;
      return mutant === 'no-domain-separation' ? { digest } : { type, view, sequence, digest };
    }
    case 'prepare':
    case 'commit':
      // A vote is its own statement: { type, view, sequence, digest } and nothing else.
      return mutant === 'no-domain-separation' ? { digest: message.digest } : message;
    case 'view-change': {
      const { type, view, stable, prepared } = message;
      return { type, view, stable, prepared: prepared.map(claimOf) };
    }
    case 'new-view':
      return {
        type: message.type,
        view: message.view,
        stable: message.stable,
        changes: message.changes.map(({ signer }) => signer),
        assigned: message.assignments.map(({ digest }) => digest),
      };
    case 'state-response':
      return {
        type: message.type,
        digests: message.entries.map(({ request }) => requestDigest(request)),
        // The checkpoint proves it.
        ...(message.state === undefined ? {} : { state: blockHash(message.state.entry.block) }),
      };
    case 'fetched':
      return { type: message.type, digest: requestDigest(message.request) };
    default:
      return message;
  }
}

/** The part of a prepared certificate that a VIEW-CHANGE's signature covers. */
export function claimOf({ sequence, view, digest }: Claim): Claim {
  return { sequence, view, digest };
}

/** The VIEW-CHANGE behind a `SignedChange` of a NEW-VIEW: its statement is that of the message that was sent. */
export function changeMessage(view: number, { stable, prepared }: SignedChange): ViewChange {
  return { type: 'view-change', view, stable, proof: [], prepared: prepared.map((claim) => ({ ...claim, votes: [] })) };
}

export function prePrepareMessage(
  view: number,
  sequence: number,
  digest: string,
  request: Request | null = null,
): PrePrepare {
  return { type: 'pre-prepare', view, sequence, digest, request };
}

/** The votes made last: one replica after the other sends the same, and what is one object is encoded and compared once. */
let lastPrepare: Prepare = { type: 'prepare', view: 0, sequence: 0, digest: '' };
let lastCommit: Commit = { type: 'commit', view: 0, sequence: 0, digest: '' };

export function prepareMessage(view: number, sequence: number, digest: string): Prepare {
  if (!isVoteFor(lastPrepare, view, sequence, digest)) lastPrepare = { type: 'prepare', view, sequence, digest };
  return lastPrepare;
}

export function commitMessage(view: number, sequence: number, digest: string): Commit {
  if (!isVoteFor(lastCommit, view, sequence, digest)) lastCommit = { type: 'commit', view, sequence, digest };
  return lastCommit;
}

function isVoteFor(vote: Prepare | Commit, view: number, sequence: number, digest: string): boolean {
  return vote.view === view && vote.sequence === sequence && vote.digest === digest;
}

export function checkpointMessage({ sequence, digest }: CheckpointId): Checkpoint {
  return { type: 'checkpoint', sequence, digest };
}

/** What stands at this position of a prepared certificate: first the pre-prepare, then prepares. Ref: §4.2, *prepared*. */
export function preparedVote({ view, sequence, digest }: Claim, position: number): PrePrepare | Prepare {
  return position === 0 ? prePrepareMessage(view, sequence, digest) : prepareMessage(view, sequence, digest);
}

/** The signed statements inside a message, in order of appearance. */
export function embedded(message: Message): SignedMessage<Message>[] {
  switch (message.type) {
    case 'pre-prepare':
      return message.request === null ? [] : message.request.batches.map(submission);
    case 'view-change':
      return [
        ...inProof(message.stable, message.proof),
        ...message.prepared.flatMap((claim) => inClaim(claim, claim.votes)),
      ];
    case 'new-view':
      return inNewView(message);
    case 'state-response':
      return [
        ...inProof(message.stable, message.proof),
        ...(message.state === undefined ? [] : inEntry(message.state.entry)),
        ...message.entries.flatMap(inEntry),
      ];
    case 'fetched':
      return message.request.batches.map(submission);
    default:
      return [];
  }
}

function inEntry({ request, view, votes }: Entry): SignedMessage<Message>[] {
  const vote = commitMessage(view, request.sequence, requestDigest(request));
  return [...votes.map((proof) => ({ message: vote, proof })), ...request.batches.map(submission)];
}

function inProof(stable: CheckpointId, proof: readonly SignedRef[]): SignedMessage<Message>[] {
  if (proof.length === 0) return [];
  const message = checkpointMessage(stable);
  return proof.map((ref) => ({ message, proof: ref }));
}

function inClaim(claim: Claim, votes: readonly SignedRef[]): SignedMessage<Message>[] {
  return votes.map((proof, position) => ({ message: preparedVote(claim, position), proof }));
}

function inNewView(message: NewView): SignedMessage<Message>[] {
  const { view, changes, stable, proof, assignments } = message;
  const highest = highestClaims(changes, stable.sequence);
  return [
    ...changes.map((change) => ({
      message: changeMessage(view, change),
      proof: { signer: change.signer, signature: change.signature },
    })),
    ...inProof(stable, proof),
    ...assignments.flatMap(({ sequence, digest, proof: ref, votes }: Assignment) => {
      const claim = highest.get(sequence);
      const own = { message: prePrepareMessage(view, sequence, digest), proof: ref };
      return claim === undefined ? [own] : [own, ...inClaim(claim, votes)];
    }),
  ];
}

/** By sequence above `above`: the claim of the highest view among the changes, the first of equals. */
export function highestClaims(
  changes: readonly { readonly prepared: readonly Claim[] }[],
  above: number,
): Map<number, Claim> {
  const highest = new Map<number, Claim>();
  for (const { prepared } of changes) {
    for (const claim of prepared) {
      if (claim.sequence <= above) continue;
      const known = highest.get(claim.sequence);
      if (known === undefined || claim.view > known.view) highest.set(claim.sequence, claim);
    }
  }
  return highest;
}

/** What the trace says of a message. Requests belong to no sequence number yet: slot 0. */
export function meta(message: Message): MessageMeta {
  const type = MESSAGE_TYPES.indexOf(message.type);
  switch (message.type) {
    case 'pre-prepare':
    case 'prepare':
    case 'commit':
      return { type, slot: message.sequence, epoch: message.view, digest: message.digest };
    case 'checkpoint':
      return { type, slot: message.sequence, epoch: 0, digest: message.digest };
    case 'view-change':
    case 'new-view':
      return { type, slot: message.stable.sequence, epoch: message.view, digest: '' };
    case 'status':
      return { type, slot: message.executed, epoch: message.view, digest: '' };
    case 'state-request':
      return { type, slot: message.sequence, epoch: 0, digest: '' };
    case 'state-response':
      return {
        type,
        slot: message.entries[0]?.request.sequence ?? 0,
        epoch: message.entries[0]?.view ?? 0,
        digest: '',
      };
    case 'fetch':
      return { type, slot: message.sequence, epoch: 0, digest: message.digest };
    case 'fetched':
      return {
        type,
        slot: message.request.sequence,
        epoch: message.request.view,
        digest: requestDigest(message.request),
      };
    case 'reply':
      return { type, slot: message.sequence, epoch: message.view, digest: '' };
    case 'submit':
      return { type, slot: 0, epoch: 0, digest: '' };
  }
}
