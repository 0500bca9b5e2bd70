/** Faults of a scenario, one schema a kind, and the random storm that draws its own. */
import { z } from 'zod';
import type { Behaviour } from '../../kernel/plan.ts';
import { CONDITION_LENGTH_MAX } from '../condition.ts';
import { latencyMs, nodeName, nodeNames, probability, timeMs } from './parts.ts';

/** Keyed by the type, so that a behaviour added to the plan and forgotten here does not compile. */
const BEHAVIOUR_SET: Readonly<Record<Behaviour, true>> = {
  silent: true,
  selective: true,
  equivocate: true,
  'double-vote': true,
  'forged-sender': true,
  corrupt: true,
  replay: true,
  withhold: true,
  'duplicate-votes': true,
  transplant: true,
  'inflate-certificate': true,
  twins: true,
};
export const BEHAVIOURS = Object.keys(BEHAVIOUR_SET) as [Behaviour, ...Behaviour[]];

const condition = () => z.string().min(1).max(CONDITION_LENGTH_MAX);

const timing = {
  at: timeMs().nullable().default(null).describe('when it begins, ms; null with no `when`: at 0'),
  when: condition().nullable().default(null).describe('begins once this holds, e.g. "height >= 5 & view > 0"'),
  until: timeMs().nullable().default(null).describe('when it ends, ms; null with no `untilWhen`: when healed by hand'),
  untilWhen: condition().nullable().default(null).describe('ends once this holds'),
};
const types = () => z.array(z.string().min(1).max(40)).min(1).max(64).nullable().default(null);

const crash = z.strictObject({
  kind: z.literal('crash'),
  target: nodeName(),
  restart: z
    .enum(['durable', 'amnesia', 'torn'])
    .default('durable')
    .describe('what it finds on disk: everything, nothing, or everything but the last write'),
  point: z
    .strictObject({
      on: z
        .enum(['receive', 'send', 'sent'])
        .describe('instead of handling the message, instead of sending it, or right after sending it'),
      type: z.string().min(1).max(40).describe('message type'),
      nth: z.int().min(1).max(1_000_000).default(1).describe('1: the first one from the begin of this fault'),
    })
    .nullable()
    .default(null)
    .describe('crashes not before it comes to this point of its work; null: at once'),
  ...timing,
});

const partition = z.strictObject({
  kind: z.literal('partition'),
  groups: z.array(nodeNames(1)).min(2).max(16).describe('nodes of different groups cannot hear each other'),
  oneWay: z.boolean().default(false).describe('only what the first group sends to the others is cut'),
  cut: z.enum(['held', 'lost']).default('held').describe('held copies arrive after the heal, lost ones never'),
  ...timing,
});

const link = z.strictObject({
  kind: z.literal('link'),
  from: nodeNames(1).nullable().default(null).describe('senders; null: every node'),
  to: nodeNames(1).nullable().default(null).describe('receivers; null: every node'),
  symmetric: z.boolean().default(true).describe('concerns both directions'),
  delayMs: z.number().min(0).max(1_000_000).default(0).describe('added to each copy'),
  loss: probability().default(0),
  duplicate: probability().default(0),
  types: types().describe('message types it concerns; null: all'),
  ...timing,
});

const message = z.strictObject({
  kind: z.literal('message'),
  message: z
    .string()
    .max(32)
    .regex(/^[a-z][a-z0-9]*#(0|[1-9]\d{0,9})$/)
    .describe(
      'which message, by sender and number as the trace names it, e.g. "v0#17"; caught if sent while this lasts',
    ),
  to: nodeNames(1).nullable().default(null).describe('receivers whose copies are caught; null: everybody'),
  action: z
    .enum(['drop', 'delay', 'duplicate', 'alter'])
    .default('drop')
    .describe('what becomes of it; altered: one bit of it is turned over'),
  delayMs: latencyMs().default(200).describe('how much later a delayed one, or a second copy, arrives'),
  ...timing,
});

const slow = z.strictObject({
  kind: z.literal('slow'),
  target: nodeName(),
  factor: z.number().min(0.001).max(10_000).default(10).describe('CPU times are multiplied by it'),
  ...timing,
});

const byzantine = z.strictObject({
  kind: z.literal('byzantine'),
  target: nodeName(),
  behaviour: z.enum(BEHAVIOURS),
  peers: nodeNames(1).nullable().default(null).describe('whom it favours or fools; null: chosen by parity'),
  types: types().describe('message types it concerns; null: all'),
  ...timing,
});

export const faultSchema = z.discriminatedUnion('kind', [crash, partition, link, message, slow, byzantine]);

export const stormSchema = z.strictObject({
  intensity: probability().default(0.5).describe('how many faults: 0 none, 1 about twenty'),
  beyond: z.boolean().default(false).describe('true: more traitors than the protocol tolerates'),
  mix: z
    .boolean()
    .default(false)
    .describe(
      'between shards: true draws shards and settings of the protocol from the seed too, in place of those given',
    ),
  startMs: timeMs().default(1000).describe('no timed fault begins earlier'),
  endMs: timeMs().nullable().default(null).describe('everything but traitors is healed by then; null: by GST, or 20 s'),
  healed: z
    .record(z.string().regex(/^f(0|[1-9]\d{0,3})$/), timeMs())
    .default({})
    .describe('faults of the storm healed by hand: id → ms'),
});
