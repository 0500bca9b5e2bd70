/** Readings of what a node knows and a message holds, for people. Pure; tolerant of any protocol's shapes. */
import { formatDuration, plural, shortHash } from '../../lib/format.ts';
import { transferId } from '../../../ledger/ledger.ts';
import type { TransactionStatus } from '../../../session/api.ts';
import type { Frame, MessageDetails, QuorumProgress } from '../../../session/view.ts';

const HASH = /^[0-9a-f]{16,}$/;

/** One line for any plain value: hashes shortened, lists and objects opened one level. */
export function brief(value: unknown, depth = 0): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return HASH.test(value) ? shortHash(value) : value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return listBrief(value, depth);
  if (typeof value !== 'object') return String(value);
  if (depth > 1) return '…';
  return Object.entries(value)
    .map(([key, entry]) => `${key} ${brief(entry, depth + 1)}`)
    .join(', ');
}

const LISTED = 12;

function listBrief(values: readonly unknown[], depth: number): string {
  if (values.length === 0) return 'none';
  if (depth > 1 || values.some((value) => typeof value === 'object' && value !== null))
    return plural(values.length, 'entry', 'entries');
  const shown = values
    .slice(0, LISTED)
    .map((value) => brief(value, depth + 1))
    .join(' ');
  return values.length > LISTED ? `${shown} … (${values.length})` : shown;
}

export interface CertificateView {
  readonly title: string;
  /** Names of distinct signers, or empty where the protocol does not say. */
  readonly signers: readonly string[];
  /** How many it takes, where the certificate says so itself. */
  readonly needed: number | null;
}

const SIGNER_KEYS = ['signers', 'voters', 'votes', 'signatures', 'by'];

/** What a certificate is about and who signed it, whatever its protocol calls those. */
export function certificateView(certificate: unknown, nodes: Frame['nodes']): CertificateView {
  if (typeof certificate !== 'object' || certificate === null)
    return { title: brief(certificate), signers: [], needed: null };
  const entries = Object.entries(certificate);
  const found = entries.find(([key, value]) => SIGNER_KEYS.includes(key) && Array.isArray(value));
  const signers =
    found === undefined ? [] : [...new Set((found[1] as readonly unknown[]).map((value) => signerName(value, nodes)))];
  const rest = Object.fromEntries(entries.filter(([key]) => key !== found?.[0] && !isBulky(key)));
  const { needed } = certificate as { readonly needed?: unknown };
  return { title: brief(rest), signers, needed: typeof needed === 'number' ? needed : null };
}

function isBulky(key: string): boolean {
  return /signature|bytes/i.test(key);
}

function signerName(value: unknown, nodes: Frame['nodes']): string {
  if (typeof value === 'number') return nodes[value]?.id ?? String(value);
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null) {
    const { signer, voter, node } = value as {
      readonly signer?: unknown;
      readonly voter?: unknown;
      readonly node?: unknown;
    };
    return signerName(signer ?? voter ?? node ?? '?', nodes);
  }
  return '?';
}

/** `2 of 3 needed`, `quorum of 3 reached`. */
export function quorumText(quorum: QuorumProgress): string {
  return quorum.closedAt === null
    ? `${quorum.voters.length} of ${quorum.needed} needed`
    : `quorum of ${quorum.needed} reached`;
}

/** What the signature of a message is worth. */
export function signatureText(signature: MessageDetails['signature']): string {
  const verdict = signature.valid === null ? 'not checked yet' : signature.valid ? 'valid' : 'not valid: refused';
  return `${signature.suite}, ${verdict}, ${formatDuration(signature.verifyMicros)} to verify`;
}

const ROW_BYTES = 16;

/** A hex dump, 16 bytes a row with their offset; at most `rows` rows. */
export function hexRows(hex: string, rows: number): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < hex.length && lines.length < rows; at += ROW_BYTES * 2) {
    const pairs = hex.slice(at, at + ROW_BYTES * 2).match(/../g) ?? [];
    lines.push(
      `${(at / 2).toString(16).padStart(4, '0')}  ${pairs.slice(0, 8).join(' ')}  ${pairs.slice(8).join(' ')}`.trimEnd(),
    );
  }
  return lines;
}

/** Time until a timer fires, seen from `atMs`. */
export function timeLeft(dueMs: number, atMs: number): string {
  return dueMs <= atMs ? 'now' : `in ${formatDuration((dueMs - atMs) * 1_000)}`;
}

/** Position of the certificate for a decided slot, whatever its protocol calls slots; null where none is listed any more. */
export function certificateOfSlot(certificates: readonly unknown[], slot: number): number | null {
  const index = certificates.findLastIndex(
    (certificate) =>
      typeof certificate === 'object' &&
      certificate !== null &&
      SLOT_KEYS.some((key) => (certificate as Record<string, unknown>)[key] === slot),
  );
  return index < 0 ? null : index;
}

const SLOT_KEYS = ['height', 'slot', 'index', 'sequence', 'instance'];

export interface Stage {
  readonly stage: string;
  /** Null while it is still to come. */
  readonly atMs: number | null;
  /** Since the stage before. */
  readonly sinceMs: number | null;
}

/** The stages of a transaction's life in their order. */
export function lifeOf({ times, status }: Pick<TransactionStatus, 'times' | 'status'>): readonly Stage[] {
  const last = status === 'refused' ? 'Decided, refused' : 'Decided';
  const stages = [
    ['Submitted', times.submittedMs],
    ['In a proposal', times.proposedMs],
    [last, times.decidedMs],
  ] as const;
  return stages.map(([stage, atMs], position) => {
    const before = stages[position - 1]?.[1] ?? null;
    return { stage, atMs, sinceMs: atMs === null || before === null ? null : atMs - before };
  });
}

/** The transfers in a decoded client batch, by transaction id; none for any other message. */
export function transfersOf(content: unknown): readonly { readonly id: string; readonly text: string }[] {
  const { client, sequence, transfers } = (content ?? {}) as {
    readonly client?: unknown;
    readonly sequence?: unknown;
    readonly transfers?: unknown;
  };
  if (typeof client !== 'number' || typeof sequence !== 'number' || !Array.isArray(transfers)) return [];
  return transfers.map((transfer: Record<string, unknown>, position) => ({
    id: transferId({ client, sequence }, position),
    text: `a${brief(transfer['from'])} → a${brief(transfer['to'])}: ${brief(transfer['amount'])}`,
  }));
}
