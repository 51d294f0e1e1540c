/**
 * `timer` and `ticker`: handles of a channel on which the time is sent. A handle is a block with the handle of the channel
 * (`timer-channel.ts`), so that both can be sent to other threads, each by itself.
 */
import { clear, drop } from '../codec/cell.ts';
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import { registerKind, SharedObject } from '../codec/handles.ts';
import { shown } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import { allocate, free, setDestroyer } from '../memory/heap.ts';
import { KIND_TIMER } from '../memory/layout.ts';
import type { RecvChan } from '../sync/channel.ts';
import { arm, createTimerChannel, stop, type TimerChannel } from './timer-channel.ts';

/** A cell: the handle of the channel. Then whether it is a ticker. Both written once. */
const CHANNEL = 0;
const TICKS = 2;
const HANDLE_WORDS = 4;

/** Sends the time once, on `chan`. It crosses threads by reference. */
export interface Timer {
  /** Receives the time at which it fired, as `Date.now()` gives it. It has a buffer of one. */
  readonly chan: RecvChan<number>;
  /**
   * It does not fire any more, and nothing is received after this. Returns whether it was pending: not yet fired, or fired and
   * not received. Go's `Timer.Stop`, as of Go 1.23.
   *
   * @example
   * const wasPending = idle.stop();
   */
  stop(): boolean;
  /**
   * It fires so many milliseconds from now, and nothing of before is received after this. Returns whether it was pending. Throws
   * RangeError for what is no number. Go's `Timer.Reset`, as of Go 1.23.
   *
   * @example
   * idle.reset(1000);
   */
  reset(milliseconds: number): boolean;
}

/** Sends the time again and again, on `chan`. It crosses threads by reference. */
export interface Ticker {
  /** Receives the time of each tick, as `Date.now()` gives it. It has a buffer of one: ticks that the receiver is too slow for are dropped. */
  readonly chan: RecvChan<number>;
  /**
   * It does not tick any more, and nothing is received after this. `chan` is not closed. Returns whether it was ticking. Go's
   * `Ticker.Stop`.
   *
   * @example
   * beat.stop();
   */
  stop(): boolean;
  /**
   * It ticks every so many milliseconds from now on, also when it was stopped; nothing of before is received after this. Returns
   * whether it was ticking. Throws RangeError for what is no finite number above 0. Go's `Ticker.Reset`.
   *
   * @example
   * beat.reset(250);
   */
  reset(milliseconds: number): boolean;
}

class TimerHandle extends SharedObject implements Timer, Ticker {
  private channel: TimerChannel | null = null;

  get chan(): TimerChannel {
    this.mustBeCurrent();
    this.channel ??= decode((this.address + CHANNEL) >> 1) as TimerChannel;
    return this.channel;
  }

  /** @internal */
  constructor(address: number) {
    super(address);
  }

  stop(): boolean {
    return stop(this.chan);
  }

  reset(milliseconds: number): boolean {
    const ticks = arena.words[this.address + TICKS] !== 0;
    if (ticks) mustBePeriod('ticker.reset', milliseconds);
    else mustBeTime('timer.reset', milliseconds);
    return arm(this.chan, milliseconds, ticks ? milliseconds : 0);
  }
}

function createHandle(ticks: boolean): TimerHandle {
  const channel = createTimerChannel();
  const handle = allocate(KIND_TIMER, HANDLE_WORDS * 4);
  arena.words[handle + TICKS] = ticks ? 1 : 0;
  clear((handle + CHANNEL) >> 1);
  try {
    encode(channel, (handle + CHANNEL) >> 1, 'make a timer');
  } catch (error) {
    free(handle);
    throw error;
  }
  return new TimerHandle(handle);
}

setDestroyer(KIND_TIMER, (handle) => drop((handle + CHANNEL) >> 1));
registerKind(KIND_TIMER, (address) => new TimerHandle(address));

/**
 * A timer that sends the time on its channel after so many milliseconds. Go's `time.NewTimer`. While it is pending it keeps
 * the process alive, as a sleep does; with `Infinity` it does so until it is stopped or reset. Throws RangeError for what is no
 * number.
 *
 * @example
 * const idle = timer(1000);
 * for (;;) {
 *   const hit = yield* select({ message: messages.recv(), idle: idle.chan.recv() });
 *   if (hit.key === 'idle') break;
 *   idle.reset(1000);
 * }
 */
export function timer(milliseconds: number): Timer {
  mustBeTime('timer', milliseconds);
  const handle = createHandle(false);
  arm(handle.chan, milliseconds, 0);
  return handle;
}

/**
 * A ticker that sends the time on its channel every so many milliseconds. Go's `time.NewTicker`. It keeps the process alive
 * until it is stopped. Throws RangeError for what is no finite number above 0.
 *
 * @example
 * const beat = ticker(100);
 * for (let n = 0; n < 3; n++) yield* beat.chan.recv();
 * beat.stop();
 */
export function ticker(milliseconds: number): Ticker {
  mustBePeriod('ticker', milliseconds);
  const handle = createHandle(true);
  arm(handle.chan, milliseconds, milliseconds);
  return handle;
}

function mustBeTime(api: string, milliseconds: unknown): void {
  if (typeof milliseconds === 'number' && !Number.isNaN(milliseconds)) return;
  throw new RangeError(`${api} takes milliseconds as a number, got ${shown(milliseconds)}`);
}

function mustBePeriod(api: string, milliseconds: unknown): void {
  if (typeof milliseconds === 'number' && milliseconds > 0 && milliseconds !== Number.POSITIVE_INFINITY) return;
  throw new RangeError(`${api} takes milliseconds as a number above 0, got ${shown(milliseconds)}`);
}
