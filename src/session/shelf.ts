/**
 * Which parts of a run's trace are in memory. Full chunks beyond a bound go to storage, those looked at longest ago first, and
 * come back when a view asks for one or something reads the whole trace. Where storage takes none, the oldest are dropped.
 */
import { TestnetError } from '../core/problem.ts';
import { AwayError } from '../kernel/trace/arena.ts';
import type { TraceStore } from '../kernel/trace/store.ts';
import { newId } from '../storage/open.ts';
import { type TabLock, tabLock } from '../storage/tabLock.ts';
import type { Done, Storage } from '../storage/types.ts';
import type { MakeLock } from './guard.ts';
import { TraceRecord } from './record.ts';

/** How many chunks of the trace, 256 KiB each, stay in memory. */
export interface TraceMemory {
  /** Where storage keeps the others. */
  readonly chunksMax: number;
  /** Where nothing does: the oldest are then dropped. */
  readonly chunksMaxAlone: number;
}

/** 8 MB; in Node, without storage, a trace is wanted whole. */
export const TRACE_MEMORY: TraceMemory = { chunksMax: 32, chunksMaxAlone: Number.POSITIVE_INFINITY };

/** Chunks written in one go. */
const WRITE_MAX = 16;
/** What views ask for within this time is one burst: it stays until the next, and is no more than this. */
const BURST_MS = 1_500;
const BURST_CHUNKS_MIN = 8;

/** Above the numbers of all chunks that a trace can have. */
const ASIDE_AT = 2 ** 32;

/** Loading that lasts longer is shown. */
const SLOW_MS = 100;

export interface ShelfOptions {
  readonly storage: Storage | null;
  readonly memory: TraceMemory;
  readonly makeLock?: MakeLock;
  /** What was asked for is here, or long in coming: draw again. */
  readonly onArrival: () => void;
}

export class TraceShelf {
  readonly #store: TraceStore;
  /** What storage keeps of the trace as that of a run: it need not be put on the shelf. */
  readonly record: TraceRecord;
  #options: ShelfOptions | null = null;
  #id: string | null = null;
  #lock: TabLock | null = null;
  /** Chunks that lie on the shelf as they are. */
  #written = new Set<number>();
  readonly #pins = new Map<number, number>();
  /** Raised by every cut: what was under way then is of another history. */
  #generation = 0;
  #asked = new Set<number>();
  #loading: Promise<void> | null = null;
  #relieving: Promise<void> | null = null;
  #burst = { began: 0, chunks: new Set<number>() };

  constructor(store: TraceStore) {
    this.#store = store;
    this.record = new TraceRecord(store);
    store.onAway = (chunk) => this.#ask(chunk);
  }

  /** From now on the bounds hold. Until then everything stays in memory. */
  use(options: ShelfOptions): void {
    this.#options = options;
  }

  /** Something that a view asked for is on its way. */
  get isLoading(): boolean {
    return this.#loading !== null;
  }

  /** Lets go of what is over the bound. */
  relieve(): Promise<void> {
    this.#relieving ??= this.#relieve().finally(() => {
      this.#relieving = null;
    });
    return this.#relieving;
  }

  /** Forgets what storage has of the trace behind a cut. To be called after each. */
  cut(): void {
    this.#generation++;
    const { fullCount } = this.#store.arena;
    this.record.cut(fullCount);
    this.#written = new Set([...this.#written].filter((chunk) => chunk < fullCount));
    this.#asked.clear();
    this.#burst.chunks.clear();
  }

  /** From now on storage keeps the trace as that of this run; it then has every full chunk. */
  async keepIn(storage: Storage, runId: string): Promise<Done> {
    const { record } = this;
    const { arena } = this.#store;
    const moved = await record.moveTo(storage, runId);
    if (!moved.ok) return moved;
    while (record.end < arena.fullCount) {
      const from = Math.max(record.end, arena.firstChunk);
      const until = Math.min(arena.fullCount, from + WRITE_MAX);
      const chunks = Array.from({ length: until - from }, (_, i) => from + i);
      const done = await this.whenHere(() => record.write(until), chunks);
      if (!done.ok) return done;
    }
    return { ok: true };
  }

  /** Runs `work`, which reads the trace and changes nothing, until all it needs is here. What it needed stays until it is done. */
  async whenHere<T>(work: () => T | Promise<T>, chunks: readonly number[] = []): Promise<T> {
    const pinned: number[] = [];
    const pin = async (wanted: readonly number[]): Promise<void> => {
      for (const chunk of wanted) this.#pins.set(chunk, (this.#pins.get(chunk) ?? 0) + 1);
      pinned.push(...wanted);
      await this.#bring(wanted);
    };
    try {
      await pin(chunks);
      for (;;) {
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof AwayError)) throw error;
          if (!this.#store.arena.isAway(error.chunk)) throw gone();
          await pin([error.chunk]);
        }
      }
    } finally {
      for (const chunk of pinned) this.#unpin(chunk);
      this.#letGoOfWritten();
    }
  }

  /** Brings what `missing` names until it names nothing more, then does `work` at once: it changes the trace. */
  async whenReady<T>(missing: () => readonly number[], work: () => T): Promise<T> {
    const pinned: number[] = [];
    try {
      for (let wanted = missing(); wanted.length > 0; wanted = missing()) {
        for (const chunk of wanted) this.#pins.set(chunk, (this.#pins.get(chunk) ?? 0) + 1);
        pinned.push(...wanted);
        await this.#bring(wanted);
      }
      return work();
    } finally {
      for (const chunk of pinned) this.#unpin(chunk);
    }
  }

  /**
   * Visits the events `from` ≤ seq < `to` chunk by chunk, so that a long trace is never in memory as a whole. A visit may be made
   * again before it has returned; it returns false to end the round.
   */
  async eachPiece(from: number, to: number, visit: (from: number, to: number) => boolean | undefined): Promise<void> {
    for (const chunk of this.#store.chunksOf(from, to)) {
      const [first, end] = this.#store.positionsIn(chunk);
      const piece = (): boolean | undefined => visit(Math.max(from, first), Math.min(to, end));
      if ((await this.whenHere(piece, [chunk])) === false) return;
    }
  }

  /** The run is left: what storage has of its trace is of no more use. */
  async close(): Promise<void> {
    this.#generation++;
    const { storage } = this.#options ?? { storage: null };
    this.#options = null;
    await this.#relieving;
    if (this.#id !== null) await storage?.dropChunks(this.#id);
    this.#lock?.release();
    this.#lock = null;
  }

  /** Puts other bytes of this run aside, under a number of their own. False where nothing keeps them. */
  async writeAside(key: number, bytes: Uint8Array): Promise<boolean> {
    const storage = this.#options?.storage;
    if (storage?.persistent !== true) return false;
    const words = new Uint32Array(1 + Math.ceil(bytes.length / 4));
    words[0] = bytes.length;
    new Uint8Array(words.buffer).set(bytes, 4);
    return (await storage.writeChunks(await this.#shelf(), [{ chunk: ASIDE_AT + key, words }])).ok;
  }

  /** Null for what is not there, or damaged. */
  async readAside(key: number): Promise<Uint8Array | null> {
    const storage = this.#options?.storage;
    if (storage?.persistent !== true || this.#id === null) return null;
    const [words] = await storage.readChunks(this.#id, [ASIDE_AT + key]);
    return words == null ? null : new Uint8Array(words.buffer, words.byteOffset + 4, words[0]);
  }

  #unpin(chunk: number): void {
    const count = (this.#pins.get(chunk) ?? 0) - 1;
    if (count > 0) this.#pins.set(chunk, count);
    else this.#pins.delete(chunk);
  }

  /** Full chunks that may go, those looked at longest ago first. What views asked for last may not: they would ask again. */
  #mayGo(): number[] {
    return this.#store.arena.oldestUsed().filter((chunk) => !this.#pins.has(chunk) && !this.#burst.chunks.has(chunk));
  }

  #letGoOfWritten(): void {
    const { arena } = this.#store;
    const over = arena.residentCount - this.#chunksMax();
    if (over <= 0) return;
    const free = this.#mayGo().filter((chunk) => this.#has(chunk));
    for (const chunk of free.slice(0, over)) arena.release(chunk);
  }

  #chunksMax(): number {
    if (this.#options === null) return Number.POSITIVE_INFINITY;
    const { storage, memory } = this.#options;
    return storage?.persistent === true ? memory.chunksMax : memory.chunksMaxAlone;
  }

  async #relieve(): Promise<void> {
    const { arena } = this.#store;
    while (arena.residentCount > this.#chunksMax()) {
      this.#letGoOfWritten();
      const over = arena.residentCount - this.#chunksMax();
      const unwritten = this.#mayGo().filter((chunk) => !this.#has(chunk));
      const going = unwritten.slice(0, Math.min(over, WRITE_MAX));
      if (over <= 0 || going.length === 0) return;
      if (!(await this.#write(going))) await this.#drop(going.length);
    }
  }

  /** Whether storage has a chunk as it is. */
  #has(chunk: number): boolean {
    return this.#written.has(chunk) || this.record.has(chunk);
  }

  /** False when storage does not take them. */
  async #write(chunks: readonly number[]): Promise<boolean> {
    const storage = this.#options?.storage;
    if (storage?.persistent !== true) return false;
    // All up to the last of them: none of these has left memory, since none was written.
    if (this.record.takesMore) return (await this.record.write(Math.max(...chunks) + 1)).ok;
    const generation = this.#generation;
    const shelf = await this.#shelf();
    const { arena } = this.#store;
    const words = chunks.map((chunk) => ({ chunk, words: arena.chunkAt(chunk) }));
    const done = await storage.writeChunks(shelf, words);
    if (generation !== this.#generation) return true;
    if (done.ok) for (const chunk of chunks) this.#written.add(chunk);
    return done.ok;
  }

  /** The beginning of the trace goes, in storage first, so that what is left has no gap. */
  async #drop(count: number): Promise<void> {
    const { arena } = this.#store;
    const from = arena.firstChunk;
    let to = from;
    for (let freed = 0; to < arena.fullCount && freed < count && !this.#pins.has(to); to++)
      if (!arena.isAway(to) || this.#has(to)) freed++;
    this.#store.dropBefore(to);
    const { storage } = this.#options ?? { storage: null };
    if (this.#id !== null && [...this.#written].some((chunk) => chunk < to)) await storage?.dropChunks(this.#id, to);
    this.#written = new Set([...this.#written].filter((chunk) => chunk >= to));
  }

  async #shelf(): Promise<string> {
    if (this.#id === null) {
      this.#id = newId();
      const makeLock = this.#options?.makeLock ?? tabLock;
      this.#lock = await makeLock(this.#id).acquire();
    }
    return this.#id;
  }

  /** Brings chunks back. One that cannot be read ends the trace there: it and all before it are dropped. */
  async #bring(chunks: readonly number[]): Promise<void> {
    const { arena } = this.#store;
    const wanted = chunks.filter((chunk) => arena.isAway(chunk));
    if (wanted.length === 0) return;
    const generation = this.#generation;
    const found = await Promise.all(wanted.map((chunk) => this.#read(chunk)));
    if (generation !== this.#generation) return;
    wanted.forEach((chunk, i) => {
      const words = found[i];
      if (words != null && arena.fits(words)) arena.bring(chunk, words);
      else this.#store.dropBefore(chunk + 1);
    });
  }

  async #read(chunk: number): Promise<Uint32Array | null> {
    if (this.record.has(chunk)) return this.record.read(chunk);
    if (this.#id === null) return null;
    const found = await this.#options?.storage?.readChunks(this.#id, [chunk]);
    return found?.[0] ?? null;
  }

  /** A view met a chunk that is away. A view of too much at once gets what it can, and no more for a moment. */
  #ask(chunk: number): void {
    if (this.#asked.has(chunk) || this.#options === null) return;
    const now = performance.now();
    if (now - this.#burst.began > BURST_MS) this.#burst = { began: now, chunks: new Set() };
    if (this.#burst.chunks.size >= Math.max(BURST_CHUNKS_MIN, this.#chunksMax() / 2)) return;
    this.#burst.chunks.add(chunk);
    this.#asked.add(chunk);
    this.#loading ??= Promise.resolve().then(() => this.#load());
  }

  async #load(): Promise<void> {
    // What takes longer than a blink is said.
    const slow = setTimeout(() => this.#options?.onArrival(), SLOW_MS);
    try {
      while (this.#asked.size > 0) {
        const wanted = [...this.#asked];
        await this.#bring(wanted);
        for (const chunk of wanted) this.#asked.delete(chunk);
      }
    } finally {
      clearTimeout(slow);
      this.#loading = null;
      this.#letGoOfWritten();
      this.#options?.onArrival();
    }
  }
}

function gone(): TestnetError {
  return new TestnetError('storage', 'this part of the trace is no longer kept');
}
