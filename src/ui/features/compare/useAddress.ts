/** A comparison in the page's address is run once the panel is there, and again when the address changes. */
import { useEffect } from 'react';
import { comparisonOfHash, requestOf, shippedById, variationText } from '../../../explore/compare/index.ts';
import { checked } from '../../../explore/index.ts';
import { describeProblem } from '../../../core/problem.ts';
import {
  decodeLink,
  parseHash,
  presetById,
  type Scenario,
  type ScenarioInput,
  unknownPreset,
} from '../../../scenario/index.ts';
import { errorText, type Session, usePlayground } from '../../playground.tsx';
import { compareDesk } from './pool.ts';
import { PRESENT, padded } from './selectors.ts';

/** The address that was dealt with last: coming back to the panel does not run it again. */
let handled: string | null = null;

export function useAddress(): void {
  const { session } = usePlayground();
  useEffect(() => {
    const follow = () => {
      const { hash } = location;
      if (hash === handled) return;
      handled = hash;
      runAddress(hash, session).catch((error: unknown) => compareDesk().fail(errorText(error)));
    };
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [session]);
}

async function runAddress(hash: string, session: Session): Promise<void> {
  const wanted = comparisonOfHash(hash);
  const desk = compareDesk();
  if (wanted === null) return;
  if ('problem' in wanted) return desk.fail(describeProblem(wanted.problem));
  if (wanted.kind === 'shipped') {
    const shipped = shippedById(wanted.id);
    if (shipped === null) return;
    const request = requestOf(shipped);
    desk.choose({ what: shipped.id, protocols: padded(request.protocols), vary: variationText(request.vary) });
    return desk.start(request);
  }
  const { protocols, vary } = wanted;
  const base = await scenarioOf(hash, session);
  desk.choose({ what: PRESENT, protocols: padded(protocols), vary: variationText(vary) });
  desk.start({ name: base.name, base, protocols, vary, realSignatures: false });
}

/** The scenario of the same address, or that of the run at hand. */
async function scenarioOf(hash: string, session: Session): Promise<Scenario> {
  const { source } = parseHash(hash);
  if (source === null) return session.scenario();
  if (source.kind === 'preset') {
    const preset = presetById(source.id);
    if (preset === null) throw new Error(describeProblem(unknownPreset(source.id)));
    return checked(preset.scenario);
  }
  const decoded = await decodeLink(source.payload);
  const [problem] = 'problems' in decoded ? decoded.problems : [];
  if ('problems' in decoded) throw new Error(problem === undefined ? 'bad link' : describeProblem(problem));
  return checked(decoded.value as ScenarioInput);
}
