/** Properties that make sense in every testnet, whatever its protocol; the page offers them beside the templates. */
import { SECOND } from '../../core/time.ts';
import { always, leadsTo, type NamedProperty, sometimes } from './properties.ts';

export const LIBRARY: readonly NamedProperty[] = [
  sometimes('something is decided', 'decide'),
  sometimes('somebody crashes', 'crash'),
  always('all is calm', 'calm'),
  always('nobody lies', '!byzantine & !evidence'),
  always('evidence convicts only who lied', 'evidence -> O byzantine'),
  always('a new leader only after a change', 'leaderChanged -> height >= 1 | O epochChanged'),
  leadsTo('who crashes comes back', 'crash', 'restart'),
  leadsTo('a crash is got over', 'crash', 'decide'),
  leadsTo('a crash brings a change', 'crash', 'epochChanged'),
  leadsTo('every fault ends', 'fault', 'calm'),
  leadsTo('calm brings progress', 'heal & calm', 'decide', 30 * SECOND),
];
