/** The page's reading side of the trace. */
export type { MessageBytes, Signing } from './details.ts';
export type { ViolationMark } from './markers.ts';
export type { TransactionCounts } from './samples.ts';
export { StoreTraceView, type TraceViewOptions } from './view.ts';
