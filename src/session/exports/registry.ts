/** Every text format there is, in the order in which people meet them. A new one: one file beside this one, one line here. */
import { audit } from './audit.ts';
import { chromeTrace } from './chromeTrace.ts';
import { evidence } from './evidence.ts';
import type { ExportFormat } from './format.ts';
import { history } from './history.ts';
import { itf } from './itf.ts';
import { mermaid } from './mermaid.ts';
import { metricsCsv } from './metricsCsv.ts';
import { openMetrics } from './openMetrics.ts';
import { scenarioFile } from './scenarioFile.ts';
import { shiviz } from './shiviz.ts';
import { traceLines } from './traceLines.ts';

export const EXPORT_FORMATS: readonly ExportFormat[] = [
  chromeTrace,
  mermaid,
  shiviz,
  itf,
  history,
  traceLines,
  metricsCsv,
  openMetrics,
  scenarioFile,
  evidence,
  audit,
];
