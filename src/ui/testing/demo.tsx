/**
 * Entry of a development page, `testing/demo.html`: the page over a fabricated run, or with `?real` over a testnet in this
 * thread. Never part of the build. `?n=64`, `?crash`, `?cut`, `?byzantine` shape the fabricated run; `?at=12.4` stops
 * there (virtual s); `?real=<preset>` and `?until=<s>` run a preset so far.
 */
import { presets } from '../../scenario/library.ts';
import { encodeLink } from '../../scenario/link.ts';
import { openTestnet } from '../../session/index.ts';
import { mount } from '../mount.tsx';
import type { Session } from '../playground.tsx';
import { createUiStore, followSession } from '../store.ts';
import { fakeSession } from './fakeSession.ts';

const query = new URLSearchParams(location.search);
const real = query.get('real');
const session: Session = real === null ? fabricated() : await openTestnet();
const store = createUiStore();
const root = document.getElementById('root');
const catalogue = { presets, protocols: [{ name: 'svbft', title: 'Quantum SVBFT' }], encodeLink };
if (root !== null) mount(root, { session, store, catalogue });
Object.assign(window, { testnet: session, ui: store });
await session.load(real ?? 'happy-path');
followSession(store, session);
await begin();

async function begin(): Promise<void> {
  const at = query.get('at');
  const until = query.get('until');
  if (until !== null) await session.runUntil({ ms: Number(until) * 1_000 });
  else if (at !== null) (session as unknown as { goTo(at: number): void }).goTo(Number(at) * 1_000_000);
  else await session.play({ speed: 1 });
}

function fabricated(): Session {
  const validators = Number(query.get('n') ?? 4);
  const rest = Array.from({ length: validators - 2 }, (_, i) => i + 2);
  return fakeSession({
    validators,
    seconds: 90,
    crashes: query.has('crash') ? [[3, 6, 40]] : [],
    byzantine: query.has('byzantine') ? [[1, 'equivocate']] : query.has('twins') ? [[1, 'twins']] : [],
    cut: query.has('cut') ? { groups: [[0, 1], rest], from: 8, to: 30 } : null,
  });
}
