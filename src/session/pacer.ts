/** Ties virtual time to the wall clock while a run plays: windows open no faster than the playhead wants. */
import { type Micros, MILLISECOND } from '../core/time.ts';
import type { Speed } from './api.ts';

export interface PacerTarget {
  /** Runs everything before `until`, at most `windows` windows. */
  advance(until: Micros, windows: number): Promise<{ readonly horizon: Micros; readonly finished: boolean }>;
  publish(): void;
  fail(error: unknown): void;
}

/**
 * The run is kept so far ahead of the playhead, in wall-clock ms: a busy page then drops no virtual time. The lead grows with
 * the longest turn of late, so that a burst of work in a large testnet is done in the quiet before it is shown.
 */
const LEAD_MS = 80;
const LEAD_MAX_MS = 1_500;
const LEAD_TURNS = 6;
/** How fast a long turn is forgotten, a turn. */
const FORGET = 0.99;
const TICK_MS = 16;
const STATUS_MS = 120;
const FINGERPRINT_MS = 1000;
/** Between two pictures at "max" speed, of a few nodes and of more: one of 64 nodes keeps the page busy for as long as two blocks do. */
const MAX_SPEED_PICTURE_MS = 125;
const MAX_SPEED_PICTURE_MS_MANY = 250;
const FEW_NODES = 8;
/** A turn should last about so long, at "max" speed and where the machine cannot keep up: the page shows each. */
const TURN_MS = 40;
/** At "max" speed, with many workers: a turn costs a call to everyone that keeps its trace, and a report is drawn. */
const MAX_SPEED_TURN_MS_MANY = 110;
const MAX_SPEED_STATUS_MS_MANY = 250;
const FEW_WORKERS = 16;
/** Windows of the first turn, when nobody knows yet how long one takes: those of 128 validators take a second. */
const FIRST_WINDOWS = 4;

export class Pacer {
  speed: Speed = 1;
  playing = false;
  readonly #target: PacerTarget;
  /** Playhead and wall clock when the pace was set last. */
  #base: { readonly playhead: Micros; readonly wallMs: number } = { playhead: 0, wallMs: 0 };
  #horizon: Micros = 0;
  #windows = FIRST_WINDOWS;
  #statusAt = 0;
  #fingerprintAt = 0;
  #generation = 0;
  #shownAt = 0;
  #pictureMs = MAX_SPEED_PICTURE_MS;
  #turnMs = TURN_MS;
  #statusMs = STATUS_MS;
  /** The longest turn of late, ms. */
  #longest = 0;

  constructor(target: PacerTarget) {
    this.#target = target;
  }

  /** `nodes`: how many a picture shows; `workers`: how many run it. */
  start(speed: Speed, horizon: Micros, { nodes, workers }: { readonly nodes: number; readonly workers: number }): void {
    const isCrowded = speed === 'max' && workers > FEW_WORKERS;
    this.#pictureMs = nodes > FEW_NODES ? MAX_SPEED_PICTURE_MS_MANY : MAX_SPEED_PICTURE_MS;
    this.#turnMs = isCrowded ? MAX_SPEED_TURN_MS_MANY : TURN_MS;
    this.#statusMs = isCrowded ? MAX_SPEED_STATUS_MS_MANY : STATUS_MS;
    const from = this.playing ? this.playhead(horizon) : horizon;
    this.speed = speed;
    this.playing = true;
    this.#windows = FIRST_WINDOWS;
    this.#horizon = horizon;
    this.#base = { playhead: from, wallMs: performance.now() };
    this.#longest = 0;
    this.#generation++;
    void this.#loop(this.#generation);
  }

  stop(): void {
    this.playing = false;
    this.#generation++;
  }

  /** Where the views look: the paced moment, never past what has happened. */
  playhead(horizon: Micros): Micros {
    if (!this.playing || this.speed === 'max') return horizon;
    const elapsedMs = performance.now() - this.#base.wallMs;
    return Math.min(horizon, this.#base.playhead + Math.round(elapsedMs * this.speed * MILLISECOND));
  }

  /** True once every so often: every report is drawn. */
  wantsStatus(): boolean {
    const now = performance.now();
    if (now - this.#statusAt < this.#statusMs) return false;
    this.#statusAt = now;
    return true;
  }

  wantsFingerprint(): boolean {
    const now = performance.now();
    if (now - this.#fingerprintAt < FINGERPRINT_MS) return false;
    this.#fingerprintAt = now;
    return true;
  }

  async #loop(generation: number): Promise<void> {
    try {
      while (this.#generation === generation) {
        const began = performance.now();
        const until = this.#until();
        const { horizon, finished } = await this.#target.advance(until, this.#windows);
        if (this.#generation !== generation) return;
        const took = performance.now() - began;
        this.#longest = Math.max(took, this.#longest * FORGET);
        this.#adapt(took, horizon < until);
        this.#catchUp(horizon);
        if (finished && this.playhead(horizon) >= horizon) {
          this.stop();
          this.#target.publish();
          await this.#target.advance(horizon, 0);
          this.#target.publish();
          return;
        }
        this.#show();
        const spent = performance.now() - began;
        await pause(this.speed === 'max' ? 0 : Math.max(0, TICK_MS - spent));
      }
    } catch (error) {
      if (this.#generation === generation) this.#target.fail(error);
    }
  }

  /** At "max" speed nobody can follow single messages: a few pictures a second leave the processor to the testnet. */
  #show(): void {
    const now = performance.now();
    if (this.speed === 'max' && now - this.#shownAt < this.#pictureMs) return;
    this.#shownAt = now;
    this.#target.publish();
  }

  #until(): Micros {
    if (this.speed === 'max') return Number.POSITIVE_INFINITY;
    const lead = Math.min(LEAD_MAX_MS, Math.max(LEAD_MS, LEAD_TURNS * this.#longest));
    const elapsedMs = performance.now() - this.#base.wallMs + lead;
    return this.#base.playhead + Math.round(elapsedMs * this.speed * MILLISECOND);
  }

  /**
   * Turns that last too long get fewer windows, short ones more; but a turn that was short because it had got to where
   * it was paced says nothing about how long the windows it was allowed would take.
   */
  #adapt(tookMs: number, usedAll: boolean): void {
    if (tookMs > this.#turnMs * 1.5) this.#windows = Math.max(1, Math.floor(this.#windows / 2));
    else if (usedAll && tookMs < this.#turnMs / 2) this.#windows = Math.min(100_000, this.#windows * 2);
  }

  /** A run that cannot keep the pace sets it: the playhead waits instead of jumping later. */
  #catchUp(horizon: Micros): void {
    this.#horizon = horizon;
    const now = performance.now();
    if (this.speed === 'max') {
      this.#base = { playhead: horizon, wallMs: now };
      return;
    }
    const wanted = this.#base.playhead + Math.round((now - this.#base.wallMs) * this.speed * MILLISECOND);
    if (wanted > this.#horizon) this.#base = { playhead: this.#horizon, wallMs: now };
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
