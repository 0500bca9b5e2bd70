/**
 * From a run plan to what its hosts share: suites, keys, costs. The same in every thread. The protocol is the caller's to bring:
 * a node worker loads the one that it runs, and no other.
 */
import type { NodeIndex } from '../core/ids.ts';
import { TestnetError } from '../core/problem.ts';
import { scriptHash, sharedBulkHash } from '../crypto/bulk.ts';
import { costsOf, HASH_MICROS_PER_KIB } from '../crypto/costs.ts';
import { hashHex } from '../crypto/hash.ts';
import { deriveKeySeed, domainPrefix } from '../crypto/identity.ts';
import { openSuite, type Proved, provedOf } from '../crypto/open.ts';
import type { SignatureSuite, SuiteName } from '../crypto/suite.ts';
import { encode } from '../core/encoding.ts';
import { VerdictCache, type WorldConstants } from '../kernel/host/world.ts';
import type { RunPlan } from '../kernel/plan.ts';
import type { AnyProtocol } from '../protocols/protocol.ts';
import type { ExecutorOptions } from './executor.ts';
import { type PackedKeys, packKeys, unpackKeys } from './keys.ts';
import { suiteNames } from './suites.ts';

/** Names the chain: what is signed on one testnet is worth nothing on another. */
export function chainId(plan: RunPlan): string {
  const { protocol, seed, validators, clientCount } = plan;
  return hashHex(encode({ protocol: protocol.name, seed, validators: validators.length, clients: clientCount }));
}

/** What one thread found out about suites, by their names. */
export type Proofs = Readonly<Record<string, Proved>>;

/** The suites of all nodes, each opened once a thread, whichever run asks first (`openSuite` remembers). */
function openSuites(plan: RunPlan, proofs: Proofs): Promise<SignatureSuite[]> {
  const open = (name: SuiteName): Promise<SignatureSuite> => {
    const proved = proofs[name];
    return openSuite(name, proved === undefined ? {} : { proved });
  };
  return Promise.all(suiteNames(plan).map(open));
}

/** Opens the suites of a run; what there is to tell other threads about them. */
export async function proveSuites(plan: RunPlan): Promise<Proofs> {
  const suites = await openSuites(plan, {});
  return Object.fromEntries(suites.map((suite) => [suite.name, provedOf(suite)]));
}

/** Opens the suites that another thread has proved: whoever asks for them later gets these. */
export async function openProved(proofs: Proofs): Promise<void> {
  await Promise.all(Object.entries(proofs).map(([name, proved]) => openSuite(name as SuiteName, { proved })));
}

/** What one thread worked out and the others need not: plain data. */
export interface SharedConstants {
  readonly publicKeys: PackedKeys;
  /** How many threads the nodes are dealt out to. */
  readonly threadCount: number;
  /** Engines that proved themselves. What they were compiled to goes its own way: see `NodeWorker.prepare`. */
  readonly proofs: Proofs;
}

/** A thread that hosts so many nodes hashes in WebAssembly, as long as there are no more than so many threads. */
const BULK_HASH = { nodesMin: 4, threadsMax: 16 } as const;

/** The shared part of a world; its keys are a copy, so that they can be transferred. */
export function sharedOf({ publicKeys, suites: opened }: WorldConstants, threadCount: number): SharedConstants {
  const proofs = opened.map((suite) => [suite.name, { ...provedOf(suite), compiled: null }] as const);
  return { publicKeys: packKeys(publicKeys), threadCount, proofs: Object.fromEntries(proofs) };
}

/**
 * Everything of a world but where hosts live. `shared`: from the thread that has it already.
 * @throws TestnetError `bad-input` where `protocol` is null, or does not take the configuration
 */
export async function openWorld(
  plan: RunPlan,
  options: ExecutorOptions,
  protocol: AnyProtocol | null,
  shared: SharedConstants | null = null,
): Promise<WorldConstants> {
  if (protocol === null) throw new TestnetError('bad-input', `unknown protocol ${plan.protocol.name}`);
  const parsed = protocol.parseConfig(plan.protocol.config);
  if ('problems' in parsed) throw new TestnetError('bad-input', 'bad protocol.config', parsed.problems);
  const bulk = shared === null || isPool(plan, shared.threadCount) ? await sharedBulkHash() : scriptHash;
  const nodeSuites = await openSuites(plan, shared?.proofs ?? {});
  return {
    plan,
    protocol,
    config: parsed.config,
    prefix: domainPrefix(chainId(plan), 0),
    suites: nodeSuites,
    publicKeys: shared === null ? publicKeysOf(plan, nodeSuites) : unpackKeys(shared.publicKeys),
    costs: nodeSuites.map((suite) => ({ ...costsOf(suite.name), hashMicrosPerKiB: HASH_MICROS_PER_KIB })),
    hash: (bytes) => bulk.hash(bytes),
    lanes: bulk.lanes,
    keepWords: options.keepWords,
    highlights: options.highlights,
    verdicts: new VerdictCache(),
  };
}

/**
 * Each WebAssembly memory takes gigabytes of address space, of which a process has a terabyte: where every node of a large
 * testnet has a worker, they spend theirs on signatures and hash in script. In a pool each hashes the streams of many nodes.
 */
function isPool({ validators, clientCount }: RunPlan, threadCount: number): boolean {
  const { nodesMin, threadsMax } = BULK_HASH;
  return threadCount <= threadsMax && validators.length + clientCount >= nodesMin * threadCount;
}

/** Secret keys of the runs whose public keys were made in this thread: making them twice costs as much as a short run. */
const secrets = new WeakMap<readonly Uint8Array[], readonly Uint8Array[]>();

function publicKeysOf(plan: RunPlan, suites: readonly SignatureSuite[]): Uint8Array[] {
  const pairs = suites.map((suite, node) => suite.keygen(deriveKeySeed(plan.seed, node)));
  const publicKeys = pairs.map(({ publicKey }) => publicKey);
  secrets.set(
    publicKeys,
    pairs.map(({ secretKey }) => secretKey),
  );
  return publicKeys;
}

/** Secret keys of some nodes; nobody else's leave their thread. */
export function secretKeys(
  plan: RunPlan,
  world: WorldConstants,
  nodes: readonly NodeIndex[],
): Map<NodeIndex, Uint8Array> {
  const keys = new Map<NodeIndex, Uint8Array>();
  const known = secrets.get(world.publicKeys);
  for (const node of nodes) {
    const suite = world.suites[node] as SignatureSuite;
    keys.set(node, known?.[node] ?? suite.keygen(deriveKeySeed(plan.seed, node)).secretKey);
  }
  return keys;
}
