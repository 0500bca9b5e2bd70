import type { ExportFormat } from './format.ts';

/** The scenario with everything done by hand so far, as the editor and the command line read it. */
export const scenarioFile: ExportFormat = {
  name: 'scenario',
  title: 'Scenario',
  group: 'run',
  opens: 'The playground and its command line run it again, with everything you did by hand.',
  extension: 'scenario.json',
  mediaType: 'application/json',
  windowed: false,
  write: (run) => `${JSON.stringify(run.scenario, null, 2)}\n`,
};
