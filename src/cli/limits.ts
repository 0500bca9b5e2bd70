/** Threads that do nothing but run one testnet after the other: each leaves megabytes of young garbage behind. */
import type { ResourceLimits } from 'node:worker_threads';

/** MiB for young objects; the rest as Node has it. */
export const RUN_LIMITS: ResourceLimits = { maxYoungGenerationSizeMb: 128 };
