/** Whether evidence convicts, decided with nothing but the document: no run, no secret, nobody's word. */
import { z } from 'zod';
import { decode, encode, fromHex } from '../../core/encoding.ts';
import type { Problem } from '../../core/problem.ts';
import { openSuite } from '../../crypto/open.ts';
import { REAL_SUITES, type SuiteName } from '../../crypto/suite.ts';
import type { AnyProtocol } from '../../protocols/protocol.ts';
import { protocolByName } from '../../protocols/registry.ts';
import { type Conviction, EVIDENCE_FORMAT, type EvidenceDocument } from './evidence.ts';

/** Zod's compiled parsers need `new Function`, which the page's Content-Security-Policy forbids. */
z.config({ jitless: true });

export interface Verdict {
  readonly against: string;
  readonly what: string;
  readonly isProved: boolean;
  /** Why it proves nothing; empty where it does. */
  readonly reason: string;
}

export interface EvidenceReport {
  readonly verdicts: readonly Verdict[];
  readonly suspects: EvidenceDocument['suspects'];
  /** True where some key is of a modelled suite, whose signatures anybody can make. */
  readonly isModelled: boolean;
}

const hex = (least: number, most: number) =>
  z
    .string()
    .min(least)
    .max(most)
    .regex(/^([0-9a-f]{2})*$/);
const name = z.string().regex(/^(s(0|[1-9]\d{0,3}))?v(0|[1-9]\d{0,3})$/);
const statement = z.strictObject({ bytes: hex(2, 8_000_000), signature: hex(2, 200_000) });
const SUITE_NAMES: readonly string[] = [...REAL_SUITES, ...REAL_SUITES.map((suite) => `modelled:${suite}`)];

const documentSchema = z.strictObject({
  format: z.literal(EVIDENCE_FORMAT),
  protocol: z.string().max(40),
  mutant: z.string().max(60).nullable(),
  prefix: hex(0, 400),
  keys: z.record(name, z.strictObject({ suite: z.string().max(60), publicKey: hex(2, 20_000) })),
  split: z
    .strictObject({
      slot: z.int().min(0),
      sides: z
        .array(
          z.strictObject({
            digest: z.string().max(128),
            epoch: z.int().min(0),
            decidedBy: z.string().max(16),
            signers: z.array(z.string().max(16)).max(1000),
          }),
        )
        .max(64),
    })
    .nullable(),
  convictions: z
    .array(z.strictObject({ against: name, what: z.string().max(200), first: statement, second: statement }))
    .max(1000),
  suspects: z.array(z.strictObject({ node: name, why: z.string().max(1000) })).max(1000),
});

/** The document in a parsed JSON value, or what is wrong with it. Never throws. */
export function readEvidence(
  value: unknown,
): { readonly document: EvidenceDocument } | { readonly problems: readonly Problem[] } {
  const parsed = documentSchema.safeParse(value);
  if (parsed.success) return { document: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => ({
    path: path.map(String).join('.'),
    found: 'a value that does not fit',
    expected: message,
  }));
  return { problems };
}

/** Each conviction on its own: one that proves nothing does not weaken the others. */
export async function verifyEvidence(document: EvidenceDocument): Promise<EvidenceReport> {
  const protocol = protocolByName(document.protocol);
  const verdicts: Verdict[] = [];
  for (const conviction of document.convictions) {
    const reason =
      protocol === null ? `no protocol ${document.protocol}` : await objectionTo(conviction, document, protocol);
    verdicts.push({
      against: conviction.against,
      what: conviction.what,
      isProved: reason === null,
      reason: reason ?? '',
    });
  }
  const isModelled = Object.values(document.keys).some(({ suite }) => suite.startsWith('modelled:'));
  return { verdicts, suspects: document.suspects, isModelled };
}

/** Why two statements do not convict, or null where they do. */
async function objectionTo(
  { against, first, second }: Conviction,
  document: EvidenceDocument,
  protocol: AnyProtocol,
): Promise<string | null> {
  const key = Object.hasOwn(document.keys, against) ? document.keys[against] : undefined;
  if (key === undefined) return 'its public key is missing';
  if (!SUITE_NAMES.includes(key.suite)) return `there is no signature suite ${JSON.stringify(key.suite)}`;
  const suite = await openSuite(key.suite as SuiteName, {});
  const [publicKey, prefix] = [fromHex(key.publicKey), fromHex(document.prefix)];
  const metas: { readonly type: number; readonly slot: number; readonly epoch: number; readonly digest: string }[] = [];
  for (const { bytes, signature } of [first, second]) {
    const message = protocol.parseMessage(decode(fromHex(bytes) ?? new Uint8Array(0))) as { type: string } | null;
    if (message === null || publicKey === null || prefix === null) return 'a statement is no message of the protocol';
    const signed = joined(prefix, encode(protocol.statement(message, document.mutant)));
    if (!suite.verify(fromHex(signature) ?? new Uint8Array(0), signed, publicKey)) return 'a signature is not its own';
    metas.push(protocol.meta(message));
  }
  const [one, other] = metas;
  if (one === undefined || other === undefined) return 'a statement is missing';
  if (protocol.declaration.messages[one.type]?.exclusive !== true) return 'statements of this kind may differ';
  if (one.type !== other.type) return 'the statements are of two kinds';
  if (one.slot !== other.slot || one.epoch !== other.epoch) return 'the statements are about two occasions';
  return one.digest === other.digest ? 'both statements say the same' : null;
}

function joined(prefix: Uint8Array, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(prefix.length + content.length);
  bytes.set(prefix);
  bytes.set(content, prefix.length);
  return bytes;
}
