/** Building blocks of the scenario schema. Times are virtual milliseconds with µs precision. */
import { z } from 'zod';

// Zod's compiled parsers need `new Function`, which the page's Content-Security-Policy forbids.
z.config({ jitless: true });

/** About eleven days: every time in µs stays far below 2^53. */
export const TIME_MS_MAX = 1e9;
/** A microsecond, the smallest time there is. Latencies keep to it so that the kernel has a lookahead. */
export const MICROSECOND_MS = 0.001;

export const timeMs = () => z.number().min(0).max(TIME_MS_MAX);
/** A duration on a link: 1 µs to 100 s. */
export const latencyMs = () => z.number().min(MICROSECOND_MS).max(100_000);
export const probability = () => z.number().min(0).max(1);
/** The shape of a node's name; whether it exists is checked against the numbers of validators and clients. */
export const nodeName = () => z.string().min(1).max(16);
export const nodeNames = (least: number) => z.array(nodeName()).min(least).max(320);
