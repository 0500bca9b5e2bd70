import type { EvidenceDocument } from '../../checks/accountability/evidence.ts';
import type { ExportFormat } from './format.ts';

/** Who is convicted by what it signed, with the statements: `npm run check -- evidence <file>` verifies it. */
export const evidence: ExportFormat = {
  name: 'evidence',
  title: 'Evidence',
  group: 'run',
  opens: '`npm run check -- evidence <file>` verifies it with public keys alone.',
  extension: 'evidence.json',
  mediaType: 'application/json',
  windowed: false,
  write: async (run) => {
    const document = (await run.executor.ask('accountant', null)) as EvidenceDocument;
    return `${JSON.stringify(document, null, 2)}\n`;
  },
};
