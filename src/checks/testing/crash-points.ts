/** Every step of an atomic commit at which somebody can die. */

export type Commit = '2pc' | '3pc';
export type On = 'receive' | 'send' | 'sent';
/** `nth` of a type: 'last' of as many as there are other shards in the transaction. */
export type Point = readonly [
  who: 'coordinator' | 'participant',
  on: On,
  type: string,
  nth: 'first' | 'last',
  only3pc?: true,
];

export const POINTS: readonly Point[] = [
  ['coordinator', 'receive', 'submit', 'first'],
  ['coordinator', 'send', 'prepare-request', 'first'],
  ['coordinator', 'sent', 'prepare-request', 'first'],
  ['coordinator', 'sent', 'prepare-request', 'last'],
  ['coordinator', 'receive', 'vote', 'first'],
  ['coordinator', 'receive', 'vote', 'last'],
  ['coordinator', 'send', 'pre-commit', 'first', true],
  ['coordinator', 'sent', 'pre-commit', 'first', true],
  ['coordinator', 'sent', 'pre-commit', 'last', true],
  ['coordinator', 'receive', 'pre-acknowledge', 'first', true],
  ['coordinator', 'send', 'commit-request', 'first'],
  ['coordinator', 'sent', 'commit-request', 'first'],
  ['coordinator', 'sent', 'commit-request', 'last'],
  ['coordinator', 'receive', 'acknowledge', 'first'],
  ['coordinator', 'receive', 'acknowledge', 'last'],
  ['participant', 'receive', 'prepare-request', 'first'],
  ['participant', 'send', 'vote', 'first'],
  ['participant', 'sent', 'vote', 'first'],
  ['participant', 'receive', 'pre-commit', 'first', true],
  ['participant', 'sent', 'pre-acknowledge', 'first', true],
  ['participant', 'receive', 'commit-request', 'first'],
  ['participant', 'send', 'acknowledge', 'first'],
  ['participant', 'sent', 'acknowledge', 'first'],
];

export const WORDS = { receive: 'instead of handling', send: 'instead of sending', sent: 'after sending' } as const;
