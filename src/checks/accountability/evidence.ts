/** What convicts liars, as a document that anyone can check with public keys alone. Plain JSON. */

export const EVIDENCE_FORMAT = 'testnet-evidence/1';

/** A statement as its signer sent it: canonical bytes and signature, lower-case hex. */
export interface SignedStatement {
  readonly bytes: string;
  readonly signature: string;
}

export interface Conviction {
  /** Name of the liar. */
  readonly against: string;
  /** What it signed twice, for people. */
  readonly what: string;
  readonly first: SignedStatement;
  readonly second: SignedStatement;
}

/** Somebody whose votes decided both sides and whom no two statements contradict. */
export interface Suspect {
  readonly node: string;
  readonly why: string;
}

/** Two blocks decided for one slot. */
export interface Split {
  readonly slot: number;
  readonly sides: readonly {
    readonly digest: string;
    readonly epoch: number;
    readonly decidedBy: string;
    readonly signers: readonly string[];
  }[];
}

export interface EvidenceDocument {
  readonly format: typeof EVIDENCE_FORMAT;
  readonly protocol: string;
  readonly mutant: string | null;
  /** What every signature of this testnet begins with, hex: binds chain and shard. */
  readonly prefix: string;
  /** By name: signature suite and public key in hex, of everyone who is named below. */
  readonly keys: Readonly<Record<string, { readonly suite: string; readonly publicKey: string }>>;
  readonly split: Split | null;
  readonly convictions: readonly Conviction[];
  readonly suspects: readonly Suspect[];
}
