/** The entries as people start them: through the bundle, in processes and threads of their own. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { benchmark } from './benchmark.ts';
import type { RunResult } from './run.ts';

const RUNNER = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url));

function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [RUNNER, ...args]);
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'testnet-peer-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with the interface of the peer's simulator; a run does `once` and then reports 3 messages a node. */
function fakePeer(once: string): string {
  const folder = scratch();
  mkdirSync(join(folder, 'ba-algo'));
  for (const name of ['pbft', 'hotstuff-NS']) {
    writeFileSync(join(folder, 'ba-algo', `${name}.js`), 'module.exports = class { onMsgEvent() {} };');
  }
  writeFileSync(join(folder, 'config.js'), "module.exports = { logToFile: true, attacker: 'partitioner' };");
  writeFileSync(
    join(folder, 'simulator.js'),
    `const config = require('./config');
    module.exports = class {
      constructor(given) {
        if (given !== config || config.logToFile || config.attacker !== 'fail-stop') throw new Error('not its defaults');
        this.Node = require('./ba-algo/' + config.protocol);
        this.nodes = [null, new this.Node()];
        this.simulationResults = [];
      }
      runOnce() {
        ${once};
        this.simulationResults.push({ totalMsgCount: 3 * config.nodeNum });
      }
      reset() {}
    };`,
  );
  return folder;
}

const seeds = (out: string): RunResult[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunResult);

describe('npm run sim', { timeout: 120_000 }, () => {
  it('sweeps over threads in the order of seeds, with the results of one thread', async () => {
    const args = ['sim', 'storm', '--seeds', '1..6', '--set', 'stop.ms=15000', '--json'];
    const [threads, alone] = [await run(...args, '--jobs', '3'), await run(...args, '--jobs', '1')];
    expect(threads.code).toBe(0);
    expect(seeds(threads.out)).toEqual(seeds(alone.out));
    expect(seeds(threads.out).map(({ seed }) => seed)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('gives one result whatever the executor', async () => {
    const expecting = JSON.stringify([
      { name: 'progress', ltl: 'G (decide -> O sent(commit))' },
      { name: 'votes', ltl: 'F (fault & X F sent(commit))' },
    ]);
    const args = ['sim', 'storm', '--seed', '5', '--set', 'stop.ms=8000', '--set', `expect=${expecting}`, '--json'];
    const [workers, inProcess] = [await run(...args, '--executor', 'workers'), await run(...args)];
    expect(seeds(inProcess.out)[0]?.checks.filter(({ kind }) => kind === 'ltl')).toHaveLength(2);
    expect(workers).toEqual(inProcess);
    expect(workers.code).toBe(0);
  });

  it('lists as one document', async () => {
    const { code, out } = await run('sim', '--list', '--json');
    expect(code).toBe(0);
    const document = JSON.parse(out) as Record<string, unknown[]>;
    expect(Object.keys(document)).toEqual(['protocols', 'mutants', 'presets']);
    expect(document['presets']).toContainEqual(expect.objectContaining({ id: 'storm', name: 'Fault storm' }));
  });

  it('exits 2 with one line on bad input, 1 on a violation', async () => {
    const bad = await run('sim', 'storm', '--set', 'clients=-1');
    expect(bad).toMatchObject({ code: 2, out: '' });
    expect(bad.err.trimEnd().split('\n')).toHaveLength(1);
    const broken = await run('sim', 'mutant-unverified', '--json');
    expect(broken.code).toBe(1);
  });
});

describe('npm run check', { timeout: 60_000 }, () => {
  it('judges an exported trace, and refuses what it cannot read', async () => {
    const { code, out, err } = await run('check', 'trace', RUNNER, '--expect', 'F decided');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('expected JSON lines of a trace, or a run file');
  });
});

describe('npm run bench', { timeout: 60_000 }, () => {
  it('measures the wanted group as JSON: medians of five within their least and most', async () => {
    const { code, out } = await run('bench', '--only', 'network', '--quick', '--json');
    expect(code).toBe(0);
    const { machine, rows } = JSON.parse(out) as {
      machine: { cores: number };
      rows: Record<string, number | string>[];
    };
    expect(machine.cores).toBeGreaterThan(0);
    expect(rows.length).toBeGreaterThan(3);
    for (const { group, median, min, max, runs } of rows) {
      expect({ group, runs }).toEqual({ group: 'network', runs: 5 });
      expect(Number(min)).toBeGreaterThan(0);
      expect(Number(min)).toBeLessThanOrEqual(Number(median));
      expect(Number(median)).toBeLessThanOrEqual(Number(max));
    }
  });

  it('runs the simulator of a clone beside ours on the same work, and prints ratios', async () => {
    const folder = fakePeer('this.nodes[1].onMsgEvent({})');
    const { code, out, err } = await run('bench', '--only', 'hotstuff', '--quick', '--json', '--peer', folder);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { rows, ratios } = JSON.parse(out) as { rows: Record<string, number | string>[]; ratios: { name: string }[] };
    const theirs = rows.filter(({ name }) => String(name).startsWith('BFT-Simulator'));
    expect(theirs.map(({ name }) => name)).toEqual([
      'BFT-Simulator, hotstuff-NS n=4, 100 decisions a run, 12 messages sent, 1 handled',
      'BFT-Simulator, hotstuff-NS n=16, 100 decisions a run, 48 messages sent, 1 handled',
    ]);
    for (const { median } of theirs) expect(Number(median)).toBeGreaterThan(0);
    expect(ratios.map(({ name }) => name)).toEqual([
      'hotstuff-NS n=4, 100 decisions a run: ours / BFT-Simulator',
      'hotstuff-NS n=16, 100 decisions a run: ours / BFT-Simulator',
    ]);
  });

  it('says what is wrong with a folder that is no clone, or one that does not run', async () => {
    const empty = scratch();
    expect(await run('bench', '--peer', empty)).toEqual({
      code: 2,
      out: '',
      err: `--peer: found "${empty}", which has no config.js, expected the folder of a clone of csienslab/BFT-Simulator\n`,
    });
    const broken = await run('bench', '--only', 'peer', '--peer', fakePeer("require('fastpriorityqueue')"));
    expect(broken).toMatchObject({ code: 2, out: '' });
    expect(broken.err).toContain("Cannot find module 'fastpriorityqueue'");
    expect(broken.err.trimEnd().split('\n')).toHaveLength(1);
    const gone = await run('bench', '--only', 'peer', '--peer', fakePeer('process.exit(7)'));
    expect(gone.err).toContain('its process ended with code 7');
  });

  it('refuses what it does not know', async () => {
    let err = '';
    const write = (text: string): void => {
      err += text;
    };
    const io = {
      out: write,
      err: { write },
      platform: () => {
        throw new Error('unused');
      },
      machine: {},
      now: () => 0,
    };
    expect(await benchmark(['--only', 'page'], io)).toBe(2);
    expect(err).toContain('--only: found "page", expected crypto');
    expect(await benchmark(['--peer'], io)).toBe(2);
    expect(err).toContain('--peer: found nothing, expected the folder of a clone');
    expect(await benchmark(['--only', 'storm', '--peer', '.'], io)).toBe(2);
    expect(err).toContain('--peer: found "storm", expected --only hotstuff or peer beside it');
  });
});
