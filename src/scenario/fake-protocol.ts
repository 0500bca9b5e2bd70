/** A protocol that does nothing, for tests of scenarios: only its declaration and its settings matter here. */
import type { AnyProtocol, MessageDeclaration } from '../protocols/protocol.ts';

const vote = (type: string): MessageDeclaration => ({
  type,
  label: type,
  phase: 'first',
  exclusive: true,
  vote: true,
  explain: type,
});

const idle = {
  role: 'idle',
  epoch: 0,
  height: 0,
  phase: 'idle',
  lock: null,
  certificates: [],
  log: [],
  ledgerRoot: null,
  balances: [],
  mempoolSize: 0,
  details: {},
};

export const fakeProtocol: AnyProtocol = {
  declaration: {
    name: 'fake',
    title: 'Fake',
    summary: 'does nothing',
    paper: 'none',
    messages: [vote('proposal'), vote('prepare'), vote('commit')],
    fields: [],
    faultModel: 'byzantine',
    words: { epoch: 'view', slot: 'height', leader: 'primary', change: 'view change' },
    quorum: (n) => n,
    behaviours: ['equivocate', 'double-vote'],
  },
  mutants: [
    {
      name: 'broken',
      breaks: 'safety',
      what: 'everything',
      source: 'none',
      scenario: 'mutant-broken',
      check: 'agreement',
    },
  ],
  parseConfig: (raw) => {
    const unknown = Object.keys(raw).filter((key) => key !== 'blockTimeMs' && key !== 'viewChangeTimeoutMs');
    if (unknown.length > 0)
      return { problems: unknown.map((path) => ({ path, found: 'an unknown key', expected: 'blockTimeMs' })) };
    return { config: raw };
  },
  configSchema: {},
  validator: {
    create: () => ({}),
    recover: () => ({}),
    step: () => undefined,
    timerKey: String,
    observe: () => undefined,
    inspect: () => idle,
  },
  parseMessage: () => null,
  meta: () => ({ type: 0, slot: 0, epoch: 0, digest: '' }),
  statement: () => null,
  embedded: () => [],
  adversary: { conflicting: () => null, forgeries: () => [], transplant: () => null, inflate: () => null },
  block: () => ({ hash: '', parent: '', height: 0, stateRoot: '', proposer: 0, batches: [] }),
  votes: () => [],
  quorumAt: () => ({ members: [], quorum: 0 }),
  livenessBound: () => 0,
};

export const fakeProtocols: ReadonlyMap<string, AnyProtocol> = new Map([['fake', fakeProtocol]]);
