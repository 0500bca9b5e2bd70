/** Reads the part of Mermaid's sequence diagram grammar that an export may use. Written without the writer's code. */
export interface Diagram {
  readonly participants: readonly string[];
  readonly messages: readonly {
    readonly from: string;
    readonly to: string;
    readonly arrow: string;
    readonly text: string;
  }[];
  readonly notes: readonly { readonly over: readonly string[]; readonly text: string }[];
}

/** Text as Mermaid takes it: no separator, and `#` only as the beginning of an entity code. */
const TEXT = /^(?:[^#;\r\n]|#\d+;)+$/;
const MESSAGE = /^([A-Za-z]\w*?)(-->>|->>|--\)|-\)|--x|-x)([A-Za-z]\w*): (.+)$/;
const NOTE = /^Note (?:over|left of|right of) ([A-Za-z]\w*)(?:,([A-Za-z]\w*))?: (.+)$/;

/** @throws Error naming the line that Mermaid would refuse or misread */
export function readMermaid(source: string): Diagram {
  if (source.length > 50_000) throw new Error(`${source.length} characters: Mermaid draws at most 50,000`);
  const [first, ...lines] = source.trimEnd().split('\n');
  if (first !== 'sequenceDiagram') throw new Error(`begins with ${first}`);
  const participants: string[] = [];
  const messages: { from: string; to: string; arrow: string; text: string }[] = [];
  const notes: { over: string[]; text: string }[] = [];
  for (const raw of lines) {
    const line = raw.trim();
    if (line.startsWith('%%') || line === 'autonumber') {
      if (line.includes('{')) throw new Error(`a comment must not hold a directive: ${line}`);
      continue;
    }
    const participant = /^participant ([A-Za-z]\w*)$/.exec(line)?.[1];
    const message = MESSAGE.exec(line);
    const note = NOTE.exec(line);
    if (participant !== undefined) participants.push(participant);
    else if (message !== null) {
      const [, from = '', arrow = '', to = '', text = ''] = message;
      messages.push({ from, to, arrow, text: readText(text, line) });
    } else if (note !== null) {
      notes.push({
        over: [note[1], note[2]].filter((name) => name !== undefined),
        text: readText(note[3] ?? '', line),
      });
    } else throw new Error(`not a line of a sequence diagram: ${line}`);
  }
  for (const name of [...messages.flatMap(({ from, to }) => [from, to]), ...notes.flatMap(({ over }) => over)]) {
    if (!participants.includes(name)) throw new Error(`${name} takes part undeclared`);
  }
  return { participants, messages, notes };
}

function readText(text: string, line: string): string {
  if (!TEXT.test(text) || /\bend\b/i.test(text)) throw new Error(`text that Mermaid cuts or misreads: ${line}`);
  return text.replace(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}
