import { expect, it } from 'vitest';
import { PROTOCOLS } from '../protocols/registry.ts';
import { validateScenario } from './validate.ts';

const changing = (members: string[], validators = 5) =>
  validateScenario(
    { protocol: { name: 'svbft', config: { validatorChanges: [{ height: 3, members }] } }, validators },
    PROTOCOLS,
  );

it('a change of validators may name those of the testnet and nobody else', () => {
  expect(changing(['v0', 'v1', 'v2', 'v4'])).toHaveProperty('scenario');
  expect(changing(['v0', 'v1', 'v2', 'v5'])).toMatchObject({
    problems: [
      {
        path: 'protocol.config.validatorChanges[0].members',
        found: '["v0","v1","v2","v5"]',
        expected: 'different validators from v0 to v4',
      },
    ],
  });
  expect(changing(['v0', 'c0'])).toHaveProperty('problems');
});
