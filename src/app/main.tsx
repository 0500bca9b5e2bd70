/** The page's entry: paint the shell, open a testnet, load what the address asks for, play. */
import { describeProblem, TestnetError } from '../core/problem.ts';
import { presetById, presets, unknownPreset } from '../scenario/library.ts';
import { encodeLink, parseHash } from '../scenario/link.ts';
import type { ScenarioInput } from '../scenario/types.ts';
import { announced } from '../ui/announced.ts';
import { deferredSession } from '../ui/deferredSession.ts';
import { mount } from '../ui/mount.tsx';
import { errorText, type Session } from '../ui/playground.tsx';
import { keepOffline } from '../ui/shell/offline.ts';
import { createUiStore, followSession } from '../ui/store.ts';
import { scenarioOfAddress } from './address.ts';
import { PROTOCOL_TITLES } from './protocols.ts';

const FALLBACK = 'happy-path';

const store = createUiStore();
// The kernel and its cryptography arrive while the shell is already on screen.
const opening: Promise<Session> = import('./openPage.ts').then(({ openPage }) => openPage());
const session = announced(deferredSession(opening), store);
followSession(store, session);

const root = document.getElementById('root');
keepOffline(store);
if (root !== null) mount(root, { session, store, catalogue: { presets, protocols: PROTOCOL_TITLES, encodeLink } });

// Programs wait for the page's own first scenario: it must neither replace what they load nor set it playing.
const started = start();
Object.assign(window, { testnet: announced(deferredSession(started.then(() => opening)), store) });
window.addEventListener('hashchange', () => {
  // An address that only asks for a comparison leaves the run at hand alone.
  const { source, options } = parseHash(location.hash);
  if (source !== null || !options.has('compare')) void loadAddress();
});

async function start(): Promise<void> {
  try {
    await opening;
  } catch (error) {
    store.setState({ bootProblem: `The testnet cannot run in this browser: ${errorText(error)}` });
    return;
  }
  // A bare address goes on with the run of the last visit; one that names a scenario asks for that.
  if (parseHash(location.hash).source === null && (await resumed())) return;
  if (!(await loadAddress())) await loadAndPlay(FALLBACK);
}

/** Takes up the run of the last visit; false when there is none or it cannot be taken up. */
async function resumed(): Promise<boolean> {
  try {
    return await session.resume();
  } catch (error) {
    store.getState().notify(`The last run cannot be taken up: ${firstProblem(error)}`, 'error');
    return false;
  }
}

/** Loads what the address asks for; false, with a notice, when that cannot be loaded. What ran before goes on. */
async function loadAddress(): Promise<boolean> {
  try {
    const wanted = await scenarioOfAddress(location.hash);
    if (typeof wanted === 'string' && presetById(wanted) === null)
      throw new Error(describeProblem(unknownPreset(wanted)));
    await loadAndPlay(wanted);
    return true;
  } catch (error) {
    store.getState().notify(`This address cannot be loaded: ${firstProblem(error)}`, 'error');
    return false;
  }
}

async function loadAndPlay(scenario: ScenarioInput | string): Promise<void> {
  await session.load(scenario);
  await session.play({ speed: store.getState().speed });
}

function firstProblem(error: unknown): string {
  const problem = error instanceof TestnetError ? error.problems[0] : undefined;
  return problem === undefined ? errorText(error) : describeProblem(problem);
}
