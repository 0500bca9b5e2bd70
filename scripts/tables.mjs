/**
 * Writes src/kernel/network/tables.ts: the integer tables behind the latency distributions. Run it by hand when a table
 * changes (`node scripts/tables.mjs`): its results decide virtual times, so they are constants of the repository and are
 * never computed while a testnet runs. `tables.test.ts` compares file and script and checks every entry another way.
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const ONE = 2 ** 20;
const OCTAVES = 32;
const STEPS_PER_OCTAVE = 32;
const STEPS = 1024;

/** Upper tail of the standard normal, 1 − Φ(z) for z ≥ 0. */
function upperTail(z) {
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  if (z < 2.5) {
    // Φ(z) − 1/2 = φ(z) · Σ z^(2k+1) / (1·3·5···(2k+1)): Abramowitz & Stegun 26.2.11.
    let term = z;
    let sum = z;
    for (let k = 1; term > 1e-18 * sum; k++) {
      term *= (z * z) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  // φ(z) / (z + 1/(z + 2/(z + 3/…))): Abramowitz & Stegun 26.2.14, from the inside out.
  let fraction = z;
  for (let k = 200; k >= 1; k--) fraction = z + k / fraction;
  return density / fraction;
}

/** z ≥ 0 with 1 − Φ(z) = p, by bisection, for 0 < p ≤ 1/2. */
function tailQuantile(p) {
  let low = 0;
  let high = 10;
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Octave o holds p from 2^−(o+2) to 2^−(o+1) in equal steps, both ends included. */
function normalQuantiles() {
  const values = [];
  for (let octave = 0; octave < OCTAVES; octave++) {
    for (let step = 0; step <= STEPS_PER_OCTAVE; step++) {
      const p = (1 + step / STEPS_PER_OCTAVE) * 2 ** -(octave + 2);
      values.push(Math.round(tailQuantile(p) * ONE));
    }
  }
  return values;
}

const points = (valueAt) => Array.from({ length: STEPS + 1 }, (_, i) => Math.round(valueAt(i / STEPS) * ONE));

function table(name, comment, values) {
  const lines = [];
  let line = ' ';
  for (const value of values) {
    const next = `${line} ${value},`;
    if (next.length > 120) {
      lines.push(line);
      line = `  ${value},`;
    } else {
      line = line === ' ' ? `  ${value},` : next;
    }
  }
  lines.push(line);
  return `/** ${comment} */\nexport const ${name}: Int32Array = Int32Array.from([\n${lines.join('\n')}\n]);\n`;
}

/** The whole text of tables.ts. */
export function renderTables() {
  return [
    '/** Written by scripts/tables.mjs; do not edit. Fixed point with 20 fractional bits, see fixed.ts for their use. */\n',
    table(
      'NORMAL_QUANTILES',
      'Entry 33·o + i: z ≥ 0 with upper tail 1 − Φ(z) = (1 + i/32) · 2^−(o+2), for octaves o = 0 … 31 and i = 0 … 32.',
      normalQuantiles(),
    ),
    table(
      'LOG2',
      'Entry i: log2(1 + i/1024), i = 0 … 1024.',
      points((x) => Math.log2(1 + x)),
    ),
    table(
      'EXP2',
      'Entry i: 2^(i/1024), i = 0 … 1024.',
      points((x) => 2 ** x),
    ),
  ].join('\n');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(new URL('../src/kernel/network/tables.ts', import.meta.url), renderTables());
}
