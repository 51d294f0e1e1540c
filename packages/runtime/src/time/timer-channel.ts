/**
 * The channel of a timer or ticker, and its arming. Go's `time` package, as of Go 1.23: nothing of an earlier arming is
 * received after `stop` or `reset`, and what the receiver is too slow for is dropped.
 *
 * ARMED holds the number of the arming that may fire; it changes under the channel's lock, together with the buffer. The timer
 * itself is in the heap of the thread that armed it last. When another thread stops or arms it, ARMED tells the first
 * one's timer that it is not meant any more, and a notice takes it out of that heap. The main thread takes over the
 * timers of a thread that is lost. A timer in a heap is work of its thread, as a sleep is.
 */
import { performance } from 'node:perf_hooks';
import { EXISTING, proxyOf, registerKind } from '../codec/handles.ts';
import { arena, requireArena } from '../memory/arena.ts';
import { add, load } from '../memory/atomics.ts';
import {
  CHANNEL_CAPACITY,
  CHANNEL_RING,
  COUNT_ONE,
  COUNT_STATE,
  RESULT_REFUSED,
  RING_HEAD,
  RING_SEEN_HEAD,
  RING_SEEN_TAIL,
  RING_SLOTS,
  RING_TAIL,
  TIMER_ARMED,
  WAITER_CELL,
} from '../memory/blocks.ts';
import { fireTimer, lockChannel, unlockChannel } from '../memory/core.ts';
import { allocate, generationOf, setDestroyer, withReserve } from '../memory/heap.ts';
import { KIND_TIMER_CHANNEL, MACHINE_STATE, MACHINE_STATE_LOST, MACHINE_STATE_NONE, machineBase } from '../memory/layout.ts';
import { forEachBlock } from '../memory/walk.ts';
import { wakeServed } from '../scheduler/inbox.ts';
import { whenMachineLost } from '../scheduler/lost.ts';
import { machine } from '../scheduler/machine.ts';
import { NOTICE_TIMER, notice, whenNoticed } from '../scheduler/notice.ts';
import { addTimer, removeTimer, sharedNow, type Timer } from '../scheduler/timers.ts';
import { reserveWaiter, spareWaiter } from '../scheduler/waiter.ts';
import { between, Chan } from '../sync/channel.ts';
import { dropEnd, initializeEnd } from '../sync/channel-end.ts';

/** How often it was armed: gives the next number. Like all that follow, under the channel's locks. */
const TIMER_ARMINGS = TIMER_ARMED + 1;
/** The machine that armed it last. */
const TIMER_MACHINE = TIMER_ARMED + 2;
/**
 * 64-bit floats: milliseconds between two ticks, 0 of a timer; and when it fires next, of the clock that all threads share. The
 * second is also written by the thread that ticks, without the lock: it is read when that one is lost.
 */
const TIMER_PERIOD = TIMER_ARMED + 4;
const TIMER_DUE = TIMER_ARMED + 6;
/** The buffer. */
const TIMER_RING = TIMER_ARMED + 8;
const TIMER_WORDS = TIMER_RING + RING_SLOTS + 2;

export type TimerChannel = Chan<number>;

/** A channel that is not armed. Throws ArenaExhaustedError. */
export function createTimerChannel(): TimerChannel {
  requireArena();
  const channel = allocate(KIND_TIMER_CHANNEL, TIMER_WORDS * 4);
  arena.words.fill(0, channel, channel + TIMER_WORDS);
  arena.words[channel + CHANNEL_CAPACITY] = 1;
  initializeEnd(channel);
  arena.words[channel + CHANNEL_RING] = channel + TIMER_RING;
  return new Chan<number>(EXISTING, channel);
}

setDestroyer(KIND_TIMER_CHANNEL, dropEnd);
registerKind(KIND_TIMER_CHANNEL, (address) => new Chan<number>(EXISTING, address));

/** The timers of this thread's heap that belong to channels, by address. */
const timers = new Map<number, ChannelTimer>();
let mapped: SharedArrayBuffer | undefined;

function currentTimers(): Map<number, ChannelTimer> {
  if (mapped !== arena.buffer) timers.clear();
  mapped = arena.buffer;
  return timers;
}

class ChannelTimer implements Timer {
  due: number;
  position = -1;
  readonly channel: TimerChannel;
  readonly arming: number;
  private readonly period: number;

  constructor(channel: TimerChannel, arming: number, due: number, period: number) {
    this.channel = channel;
    this.arming = arming;
    this.due = due;
    this.period = period;
  }

  enter(): void {
    currentTimers().set(this.channel.address, this);
    addTimer(this);
  }

  leave(): void {
    if (timers.get(this.channel.address) === this) timers.delete(this.channel.address);
    removeTimer(this);
  }

  fire(): void {
    const { address } = this.channel;
    let result = RESULT_REFUSED;
    withReserve(() => {
      const waiter = spareWaiter();
      arena.cells[(waiter + WAITER_CELL) >> 1] = Date.now();
      result = fireTimer(address, waiter, this.arming, this.period > 0 ? 1 : 0);
    });
    wakeServed(result);
    if (result === RESULT_REFUSED || this.period === 0) {
      this.leave();
      return;
    }
    // Ticks that it was too late for are left out.
    const now = performance.now();
    const periods = Math.max(1, Math.ceil((now - this.due) / this.period));
    this.due = periods === Number.POSITIVE_INFINITY ? now : this.due + this.period * periods;
    arena.cells[(address + TIMER_DUE) >> 1] = sharedNow() + this.due - now;
    addTimer(this);
  }
}

/**
 * Arms it on this thread, to fire after so many milliseconds and then, with a period, again and again. What was sent before
 * is not received any more. Returns whether it was pending: armed, or fired and not received yet.
 */
export function arm(channel: TimerChannel, milliseconds: number, period: number): boolean {
  const { address } = channel;
  reserveWaiter(); // For the notice.
  lockChannel(address);
  const armed = arena.words[address + TIMER_ARMED] !== 0;
  const pending = disarm(address);
  const before = arena.words[address + TIMER_MACHINE]!;
  const arming = (arena.words[address + TIMER_ARMINGS]! + 1) | 0 || 1;
  arena.words[address + TIMER_ARMINGS] = arming;
  arena.words[address + TIMER_ARMED] = arming;
  arena.words[address + TIMER_MACHINE] = machine.number;
  arena.cells[(address + TIMER_PERIOD) >> 1] = period;
  arena.cells[(address + TIMER_DUE) >> 1] = sharedNow() + milliseconds;
  unlockChannel(address);
  if (armed) takeOut(before, address);
  new ChannelTimer(channel, arming, performance.now() + milliseconds, period).enter();
  return pending;
}

/** It does not fire any more, and what was sent before is not received any more. Returns whether it was pending. */
export function stop(channel: TimerChannel): boolean {
  const { address } = channel;
  reserveWaiter();
  lockChannel(address);
  const armed = arena.words[address + TIMER_ARMED] !== 0;
  const pending = disarm(address);
  const number = arena.words[address + TIMER_MACHINE]!;
  unlockChannel(address);
  if (armed) takeOut(number, address);
  return pending;
}

/** Under the lock. What is in the buffer is a number: nothing to give back. */
function disarm(address: number): boolean {
  const ring = address + TIMER_RING;
  const held = between(arena.words[ring + RING_HEAD]!, arena.words[ring + RING_TAIL]!);
  const pending = arena.words[address + TIMER_ARMED] !== 0 || held !== 0;
  arena.words[address + TIMER_ARMED] = 0;
  arena.words[ring + RING_SEEN_HEAD] = arena.words[ring + RING_SEEN_TAIL] = arena.words[ring + RING_TAIL]! & ~COUNT_STATE;
  add(ring + RING_HEAD, held * COUNT_ONE);
  return pending;
}

/** Takes the timer of a channel out of a machine's heap, if it has one that is not meant any more. */
function takeOut(number: number, address: number): void {
  if (number === machine.number) {
    takeOutHere(address);
    return;
  }
  const state = load(machineBase(number) + MACHINE_STATE);
  if (state !== MACHINE_STATE_LOST && state !== MACHINE_STATE_NONE) notice(number, NOTICE_TIMER, address);
}

function takeOutHere(address: number): void {
  const timer = currentTimers().get(address);
  if (timer !== undefined && timer.arming !== arena.words[address + TIMER_ARMED]) timer.leave();
}

whenNoticed(NOTICE_TIMER, takeOutHere);

/** The lost thread's timer held a reference of the channel, which nobody gives back: so the blocks that are found are whole. */
whenMachineLost((number) => {
  const channels: number[] = [];
  forEachBlock(KIND_TIMER_CHANNEL, (address) => {
    if (arena.words[address + TIMER_MACHINE] === number && arena.words[address + TIMER_ARMED] !== 0) channels.push(address);
  });
  for (const address of channels) {
    const channel = proxyOf(address, generationOf(address)) as TimerChannel;
    const after = arena.cells[(address + TIMER_DUE) >> 1]! - sharedNow();
    const period = arena.cells[(address + TIMER_PERIOD) >> 1]!;
    arena.words[address + TIMER_MACHINE] = machine.number;
    new ChannelTimer(channel, arena.words[address + TIMER_ARMED]!, performance.now() + after, period).enter();
  }
});
