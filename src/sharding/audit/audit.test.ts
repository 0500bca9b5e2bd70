import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AuditDetail,
  type AuditLog,
  appendAudit,
  createAuditLog,
  DETAIL_DEPTH_MAX,
  entryHash,
  exportAudit,
  isDetail,
} from './log.ts';
import { readAudit, verifyAudit } from './verify.ts';

const COUNT = 12;

function made(entryCountMax?: number): AuditLog {
  const log = createAuditLog('test', 'v1', entryCountMax);
  for (let i = 0; i < COUNT; i++)
    appendAudit(log, i * 1000, i % 2 === 0 ? 'vote' : 'decision', { transaction: `t${i}`, yes: i < 9 });
  return log;
}

/** The log after its export was read again, changed by `tamper` in between. */
function reread(log: AuditLog, tamper: (document: AuditLog) => void = () => undefined): AuditLog {
  const document = JSON.parse(exportAudit(log)) as AuditLog;
  tamper(document);
  const read = readAudit(document);
  if ('problem' in read) throw new Error(JSON.stringify(read.problem));
  return read.log;
}

/** A careful forger: makes the chain valid again from entry `from` on. */
function rechain(log: AuditLog, from: number): void {
  for (let i = from; i < log.entries.length; i++) {
    const entry = { ...log.entries[i]!, index: log.firstIndex + i };
    const hash = entryHash(log.entries[i - 1]?.hash ?? log.base, entry);
    log.entries[i] = { ...entry, hash };
    log.head = hash;
  }
}

describe('audit log', () => {
  it('survives export and import, and is intact', () => {
    const log = made();
    expect(reread(log)).toEqual(log);
    expect(verifyAudit(reread(log), log.head)).toEqual({ verdict: 'intact', entryCount: COUNT, head: log.head });
    expect(verifyAudit(createAuditLog('test', 'v1'))).toMatchObject({ verdict: 'intact', entryCount: 0 });
  });

  const changes: readonly (readonly [string, (entry: Record<string, unknown>) => void])[] = [
    [
      'time',
      (entry) => {
        entry['timeMicros'] = (entry['timeMicros'] as number) + 1;
      },
    ],
    [
      'kind',
      (entry) => {
        entry['kind'] = 'abort';
      },
    ],
    [
      'detail',
      (entry) => {
        entry['detail'] = { transaction: 't0', yes: null };
      },
    ],
    [
      'hash',
      (entry) => {
        entry['hash'] = 'f'.repeat(64);
      },
    ],
    [
      'index',
      (entry) => {
        entry['index'] = 77;
      },
    ],
  ];
  it.each(changes)('a changed %s is found at its entry, wherever it stands', (_, change) => {
    for (let at = 0; at < COUNT; at++) {
      const log = reread(made(), ({ entries }) => change(entries[at] as unknown as Record<string, unknown>));
      expect(verifyAudit(log)).toMatchObject({ verdict: 'tampered', index: at });
    }
  });

  it('an entry that is missing, doubled or in another place is found where the chain breaks', () => {
    fc.assert(
      fc.property(fc.nat({ max: COUNT - 2 }), fc.constantFrom('drop', 'double', 'swap'), (at, how) => {
        const log = reread(made(), ({ entries }) => {
          const entry = entries[at]!;
          if (how === 'drop') entries.splice(at, 1);
          else if (how === 'double') entries.splice(at, 0, entry);
          else entries.splice(at, 2, entries[at + 1]!, entry);
        });
        const index = how === 'double' ? at + 1 : at;
        expect(verifyAudit(log)).toMatchObject({ verdict: 'tampered', index });
      }),
    );
  });

  it('a forger who rehashes the rest makes a chain, but not the head that was noted', () => {
    const log = made();
    const forged = reread(log, (document) => {
      document.entries[4] = { ...document.entries[4]!, detail: 'nothing happened' };
      rechain(document, 4);
    });
    expect(verifyAudit(forged).verdict).toBe('intact');
    expect(verifyAudit(forged, log.head)).toMatchObject({
      verdict: 'tampered',
      why: expect.stringContaining('rewritten'),
    });
  });

  it('a log cut at its end shows only against a noted head; a longer one says from where on it is not covered', () => {
    const log = made();
    const noted = log.entries[8]!.hash;
    const cut = reread(log, (document) => {
      document.entries.length = 6;
      document.head = document.entries[5]!.hash;
    });
    expect(verifyAudit(cut).verdict).toBe('intact');
    expect(verifyAudit(cut, log.head).verdict).toBe('tampered');
    expect(verifyAudit(log, noted)).toMatchObject({ verdict: 'tampered', index: 9 });
    expect(
      verifyAudit(
        reread(log, (document) => {
          document.entries.length = 6;
        }),
      ),
    ).toMatchObject({ index: null });
  });

  it("another node's log is not this node's", () => {
    expect(verifyAudit(reread(made(), (document) => Object.assign(document, { node: 'v2' })))).toMatchObject({
      index: null,
    });
  });

  it('keeps the newest entries, and the chain still holds', () => {
    const log = made(5);
    expect([log.firstIndex, log.entries.length, log.head]).toEqual([7, 5, made().head]);
    expect(verifyAudit(reread(log), log.head)).toMatchObject({ verdict: 'intact', entryCount: 5 });
    const changed = reread(log, ({ entries }) => Object.assign(entries[0]!, { kind: 'x' }));
    expect(verifyAudit(changed)).toMatchObject({ verdict: 'tampered', index: 7 });
  });

  it('takes only details that JSON gives back unchanged', () => {
    const deep = (levels: number): AuditDetail => (levels === 0 ? 1 : [deep(levels - 1)]);
    expect([isDetail(deep(DETAIL_DEPTH_MAX)), isDetail(deep(DETAIL_DEPTH_MAX + 1))]).toEqual([true, false]);
    for (const value of [0.5, Number.NaN, -0, 2 ** 53, undefined, new Map(), Uint8Array.of(1), 1n]) {
      expect(isDetail({ value })).toBe(false);
    }
    const log = made();
    expect(() => appendAudit(log, 1e9, 'x', 0.5)).toThrow('the detail of x');
    expect(() => appendAudit(log, 5, 'x', null)).toThrow('backwards');
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        if (!isDetail(value)) return;
        const one = createAuditLog('c', 'v0');
        appendAudit(one, 0, 'any', value);
        expect(verifyAudit(reread(one)).verdict).toBe('intact');
      }),
    );
  });

  it.each([
    [null, ': null'],
    [[], ': a list'],
    [{ format: 'x' }, 'format: "x"'],
    [{ ...made(), head: 'no' }, 'head: "no"'],
    [{ ...made(), entries: {} }, 'entries: a record'],
    [{ ...made(), entries: [{}] }, 'entries[0].index: nothing'],
    [{ ...made(), entries: [{ ...made().entries[0], detail: 0.5 }] }, 'entries[0].detail: 0.5'],
    [{ ...made(), firstIndex: -1 }, 'firstIndex: -1'],
  ])('says what is no log: %#', (document, expected) => {
    const read = readAudit(document);
    expect('problem' in read && `${read.problem.path}: ${read.problem.found}`).toBe(expected);
  });
});
