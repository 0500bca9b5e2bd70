/** Every text format there is, in the order in which people meet them. A new one: one file beside this one, one line here. */
import type { ExportFormat } from './format.ts';
import { metricsCsv } from './metricsCsv.ts';
import { scenarioFile } from './scenarioFile.ts';
import { traceLines } from './traceLines.ts';

export const EXPORT_FORMATS: readonly ExportFormat[] = [traceLines, metricsCsv, scenarioFile];
