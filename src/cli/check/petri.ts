/** `npm run check -- petri`: analyses a net from a file, or the net that a protocol declares. */
import { readFile } from 'node:fs/promises';
import { analyseNet } from '../../checks/petri/analyse.ts';
import { readJsonNet } from '../../checks/petri/json.ts';
import type { PetriNet } from '../../checks/petri/net.ts';
import { readPnml, writePnml } from '../../checks/petri/pnml.ts';
import { unfoldNet } from '../../checks/petri/unfold.ts';
import { describeProblem, type Problem, TestnetError } from '../../core/problem.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import type { CheckCommand, CheckExit, CheckIo } from './command.ts';
import { analysisText } from './petri-text.ts';

const OK: CheckExit = 0;
const BAD_INPUT: CheckExit = 2;

const OPTIONS: Readonly<Record<string, { readonly least: number; readonly most: number }>> = {
  '--markings': { least: 1, most: 20_000_000 },
  '--validators': { least: 1, most: 64 },
  '--epochs': { least: 1, most: 8 },
  '--values': { least: 1, most: 8 },
};

interface Request {
  readonly file: string | null;
  readonly protocol: string | null;
  readonly json: boolean;
  readonly pnml: boolean;
  readonly numbers: ReadonlyMap<string, number>;
}

export const petriCommand: CheckCommand = {
  usage:
    '<net.pnml | net.json> [--json] [--markings <n>]  |  --protocol <name> [--validators <n>] [--epochs <n>] [--pnml]',
  what: 'analysing a Petri net: reachable markings, deadlocks, bounds, liveness, invariants',
  run: runPetri,
};

async function runPetri(args: readonly string[], io: CheckIo): Promise<CheckExit> {
  try {
    const request = parseArguments(args);
    const net =
      request.protocol === null ? await readNet(request.file ?? '') : declaredNet(request.protocol, request.numbers);
    if (request.pnml) {
      io.out(writePnml(net));
      return OK;
    }
    const analysis = analyseNet(net, { markings: request.numbers.get('--markings') ?? 1_000_000 });
    io.out(request.json ? `${JSON.stringify(analysis)}\n` : analysisText(analysis));
    return OK;
  } catch (error) {
    if (!(error instanceof TestnetError) || error.code !== 'bad-input') throw error;
    const [first, ...more] = error.problems;
    const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
    io.err(`${first === undefined ? error.message : describeProblem(first)}${rest}\n`);
    return BAD_INPUT;
  }
}

function parseArguments(args: readonly string[]): Request {
  let file: string | null = null;
  let protocol: string | null = null;
  const numbers = new Map<string, number>();
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    const range = Object.hasOwn(OPTIONS, word) ? OPTIONS[word] : undefined;
    if (word === '--json' || word === '--pnml') continue;
    if (word === '--protocol') protocol = args[++i] ?? '';
    else if (range !== undefined) numbers.set(word, numberOf(word, args[++i], range));
    else if (word.startsWith('--'))
      refuse(word, 'an unknown option', '--json, --pnml, --protocol or one of the numbers');
    else if (file !== null) refuse('arguments', JSON.stringify(word), 'one net');
    else file = word;
  }
  if (file === null && protocol === null) refuse('arguments', 'no net', '<net.pnml | net.json> or --protocol <name>');
  if (file !== null && protocol !== null) refuse('arguments', 'a file and --protocol', 'one of them');
  return { file, protocol, json: args.includes('--json'), pnml: args.includes('--pnml'), numbers };
}

function numberOf(option: string, text: string | undefined, { least, most }: { least: number; most: number }): number {
  const value = /^\d{1,9}$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  return refuse(
    option,
    text === undefined ? 'nothing' : JSON.stringify(text),
    `a whole number from ${least} to ${most}`,
  );
}

async function readNet(file: string): Promise<PetriNet> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return refuse(file, code === 'ENOENT' ? 'no such file' : code, 'a readable file');
  }
  // By what it holds, not by its name: an XML document begins with "<".
  return text
    .trimStart()
    .replace(/^\ufeff/, '')
    .startsWith('<')
    ? readPnml(text)
    : readJsonNet(text);
}

function declaredNet(name: string, numbers: ReadonlyMap<string, number>): PetriNet {
  const declaration = PROTOCOLS.get(name)?.declaration;
  const known = [...PROTOCOLS.values()].filter((protocol) => protocol.declaration.net !== undefined);
  if (declaration?.net === undefined) {
    const expected = known.map((protocol) => protocol.declaration.name).join(', ');
    return refuse('--protocol', JSON.stringify(name), `a protocol that declares a net: ${expected}`);
  }
  const validators = numbers.get('--validators') ?? 4;
  const epochs = numbers.get('--epochs') ?? declaration.net.epochsMin ?? 1;
  const values = numbers.get('--values') ?? 1;
  const quorum = declaration.quorum(validators);
  return unfoldNet(declaration.net, { validators, quorum, epochs, values }, `${name}, ${validators} validators`);
}

function refuse(path: string, found: string, expected: string): never {
  const problem: Problem = { path, found, expected };
  throw new TestnetError('bad-input', describeProblem(problem), [problem]);
}
