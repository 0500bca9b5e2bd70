/** Entry of `npm run check`: judging traces and nets. Its parts arrive with the temporal logic and the Petri nets. */
const PLANNED: ReadonlyMap<string, string> = new Map([
  ['ltl', 'judging a trace by a temporal formula'],
  ['petri', 'analysing a Petri net'],
  ['trace', 'judging an exported run by a temporal formula'],
]);
const BAD_INPUT = 2;

const command = process.argv[2] ?? '';
const what = PLANNED.get(command);
process.stderr.write(
  what === undefined
    ? `command: found ${JSON.stringify(command.slice(0, 60))}, expected ${[...PLANNED.keys()].join(', ')}\n`
    : `unsupported: ${what} (planned)\n`,
);
process.exitCode = BAD_INPUT;
