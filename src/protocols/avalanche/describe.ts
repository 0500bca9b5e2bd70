/** How the Avalanche family describes itself: views, legend and checkers are made from this. */
import type { Declaration, MessageDeclaration } from '../protocol.ts';
import { parseConfig, thresholdOf } from './config.ts';
import { FIELDS } from './inspect.ts';
import { net } from './net.ts';
import { MESSAGE_TYPES } from './signing.ts';

const MESSAGES: Readonly<Record<(typeof MESSAGE_TYPES)[number], Omit<MessageDeclaration, 'type'>>> = {
  vertex: {
    label: 'VERTEX',
    phase: 'propose',
    exclusive: true,
    vote: false,
    explain:
      'A node proposes transactions and names the vertices it builds on; a vertex without any only votes for those.',
  },
  query: {
    label: 'QUERY',
    phase: 'first',
    exclusive: false,
    vote: false,
    explain: 'A node asks a few others, drawn at random, which vertices they prefer.',
  },
  chit: {
    label: 'CHIT',
    phase: 'second',
    exclusive: true,
    vote: true,
    explain: 'The answer: a yes to a vertex is a yes to everything it builds on. Without DAG it names a colour.',
  },
  fetch: {
    label: 'FETCH',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'A node asks for vertices that it has heard of and does not have.',
  },
  submit: {
    label: 'SUBMIT',
    phase: 'client',
    exclusive: false,
    vote: false,
    explain: 'A client hands in a signed batch of transfers.',
  },
};

export const declaration: Declaration = {
  name: 'avalanche',
  title: 'Avalanche',
  summary:
    'Nobody leads and nobody counts a majority of all: every node keeps asking a few others at random, and a small preference ' +
    'grows until it is overwhelming. Slush, Snowflake, Snowball and, on a DAG of transactions, Avalanche.',
  paper:
    'Rocket, Yin, Sekniqi, van Renesse, Sirer, Scalable and Probabilistic Leaderless BFT Consensus through Metastability, arXiv 1906.08936',
  messages: MESSAGE_TYPES.map((type) => ({ type, ...MESSAGES[type] })),
  fields: FIELDS,
  faultModel: 'byzantine',
  words: {
    epoch: 'poll',
    slot: 'conflict set',
    leader: 'issuer',
    change: 'change of preference',
    value: 'transaction',
  },
  epochs: { of: 'node' },
  hasLeader: false,
  quorum: defaultThreshold,
  behaviours: ['equivocate', 'double-vote'],
  guarantees: ['agreement', 'liveness'],
  net,
};

/** α with the default configuration: what a poll needs, not a quorum of all. */
function defaultThreshold(validatorCount: number): number {
  const parsed = parseConfig({});
  return 'config' in parsed ? thresholdOf(parsed.config, validatorCount) : validatorCount;
}
