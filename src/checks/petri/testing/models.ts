/** Nets from the literature, whose numbers of reachable markings are published or follow from a formula. */
import type { PetriArc, PetriNet } from '../net.ts';

/** `t: a + 2 b -> c` a line; `!2 p` on the left is an inhibitor arc of weight 2. */
export function netOf(name: string, initial: Readonly<Record<string, number>>, lines: readonly string[]): PetriNet {
  const places = new Set(Object.keys(initial));
  const transitions: string[] = [];
  const arcs: PetriArc[] = [];
  for (const line of lines) {
    const [id = '', rest = ''] = line.split(':').map((part) => part.trim());
    const [left = '', right = ''] = rest.split('->');
    transitions.push(id);
    for (const [side, isLeft] of [[left, true] as const, [right, false] as const]) {
      for (const term of side.split('+').map((part) => part.trim())) {
        const match = /^(!?)(?:(\d+) ?)?([a-z]\w*)$/i.exec(term);
        if (match === null) continue;
        const [, bang, weight = '1', place = ''] = match;
        places.add(place);
        const ends = isLeft ? { from: place, to: id } : { from: id, to: place };
        arcs.push({ ...ends, weight: Number(weight), kind: bang === '!' ? 'inhibitor' : 'normal' });
      }
    }
  }
  return {
    name,
    places: [...places].map((id) => ({ id, name: id, initial: initial[id] ?? 0 })),
    transitions: transitions.map((id) => ({ id, name: id })),
    arcs,
  };
}

/** Dining philosophers, forks taken one by one in either order (Model Checking Contest, Philosophers): 3^n markings, 2 deadlocks. */
export function philosophers(count: number): PetriNet {
  const initial: Record<string, number> = {};
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    const right = (i + 1) % count;
    initial[`think${i}`] = 1;
    initial[`fork${i}`] = 1;
    lines.push(
      `left${i}: think${i} + fork${i} -> hasLeft${i}`,
      `right${i}: think${i} + fork${right} -> hasRight${i}`,
      `both${i}: hasLeft${i} + fork${right} -> eat${i}`,
      `also${i}: hasRight${i} + fork${i} -> eat${i}`,
      `end${i}: eat${i} -> think${i} + fork${i} + fork${right}`,
    );
  }
  return netOf(`philosophers ${count}`, initial, lines);
}

/** Ciardo & Tilgner's Kanban system of four cells (1996; Model Checking Contest, Kanban): 160, 4,600, 58,400, 454,475 markings. */
export function kanban(cards: number): PetriNet {
  const initial = { kanban1: cards, kanban2: cards, kanban3: cards, kanban4: cards };
  const cells = [1, 2, 3, 4].flatMap((cell) => [
    `redo${cell}: machine${cell} -> back${cell}`,
    `again${cell}: back${cell} -> machine${cell}`,
    `ok${cell}: machine${cell} -> out${cell}`,
  ]);
  return netOf(`kanban ${cards}`, initial, [
    'in1: kanban1 -> machine1',
    ...cells,
    'fork: out1 + kanban2 + kanban3 -> kanban1 + machine2 + machine3',
    'join: out2 + out3 + kanban4 -> kanban2 + kanban3 + machine4',
    'out: out4 -> kanban4',
  ]);
}

/** Readers and writers with as many keys as processes (Murata 1989, §III.G): a writer takes all keys. n + 2 markings. */
export function readersAndWriters(processes: number): PetriNet {
  return netOf(`readers and writers ${processes}`, { idle: processes, keys: processes }, [
    'read: idle + keys -> reading',
    'stopReading: reading -> idle + keys',
    `write: idle + ${processes} keys -> writing`,
    `stopWriting: writing -> idle + ${processes} keys`,
  ]);
}

/** A token goes round; whoever has it may work. 2n markings. */
export function tokenRing(stations: number): PetriNet {
  const lines = Array.from({ length: stations }, (_, i) => [
    `start${i}: at${i} -> works${i}`,
    `pass${i}: works${i} -> at${(i + 1) % stations}`,
  ]).flat();
  return netOf(`token ring ${stations}`, { at0: 1 }, lines);
}

/** A producer that never waits. */
export const PRODUCER = netOf('producer and consumer', { ready: 1, hungry: 1 }, [
  'produce: ready -> ready + store',
  'consume: store + hungry -> full',
  'rest: full -> hungry',
]);

/** The same behind a store of limited size, by an inhibitor arc. */
export function boundedProducer(size: number): PetriNet {
  return netOf('bounded store', { ready: 1 }, [
    `produce: ready + !${size} store -> ready + store`,
    'consume: store -> ',
  ]);
}

/** Every class of liveness in one net. */
export const CLASSES = netOf('liveness classes', { start: 1 }, [
  'spin: start -> start',
  'leave: start -> there',
  'forth: there -> back',
  'home: back -> there',
  'never: gone -> start',
]);
