/** The short way through an unbuffered channel: this thread is one side of it, a plain worker or nobody the other. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encode } from '../../src/codec/encode.ts';
import { background, withCancel } from '../../src/context/context.ts';
import { arena } from '../../src/memory/arena.ts';
import {
  CHANNEL_MEETING,
  CHANNEL_OFFERER,
  MEETING_NONE,
  MEETING_OPEN,
  MEETING_PREPARED,
  OPERATION_SEND,
  RESULT_CLOSED,
  RESULT_DONE,
  RESULT_WAITS,
  RESULT_WAKES,
  RESULT_WOULD_WAIT,
  WAITER_CELL,
  WAITER_MACHINE,
} from '../../src/memory/blocks.ts';
import {
  closeChannel,
  initializeCore,
  poll,
  receive,
  receiveLooking,
  receiveOrWait,
  send,
  sendLooking,
  sendOrWait,
} from '../../src/memory/core.ts';
import { createArena } from '../../src/memory/create.ts';
import { release, usage } from '../../src/memory/heap.ts';
import { MACHINE_STATE, MACHINE_STATE_AWAKE, machineBase } from '../../src/memory/layout.ts';
import { HIGH_MEETING } from '../../src/memory/tags.ts';
import { attachMachine } from '../../src/scheduler/attach.ts';
import { endLostMachine } from '../../src/scheduler/lost.ts';
import { carrier, parkSpare, reserveWaiter } from '../../src/scheduler/waiter.ts';
import { type Chan, chan } from '../../src/sync/channel.ts';

/** The carrier, with a spare to take its place. */
function filled(): number {
  reserveWaiter();
  return carrier.address;
}

const SLOT = 6;
const SELF = 1;
const OTHER = 3;
/** Some µs of looking. */
const LOOKS = 2000;
/** Keeps the channel, which its own address does not. */
let kept: Chan<number>;
let channel: number;

beforeEach(() => {
  createArena(8 * 1024 * 1024);
  attachMachine(SELF);
  initializeCore(SELF);
  arena.words[machineBase(OTHER) + MACHINE_STATE] = MACHINE_STATE_AWAKE;
  kept = chan<number>();
  channel = kept.address;
});

/** As if the two sides had been on two threads before. */
function meetsAlready(): void {
  arena.words[channel + CHANNEL_OFFERER] = OTHER;
}

/** As if the other machine offered. */
function offered(): void {
  arena.words[channel + CHANNEL_OFFERER] = OTHER;
  setMeeting(MEETING_OPEN);
}

/** The place where a value is handed over: in one of its states, or with a value. */
const place = (): number => (channel + CHANNEL_MEETING) >> 1;

function setMeeting(state: number): void {
  arena.words[2 * place()] = state;
  arena.words[2 * place() + 1] = HIGH_MEETING;
}

/** The state, or the value that was handed over. */
function meeting(): { state: number } | { value: number } {
  const [low, high] = arena.words.subarray(2 * place(), 2 * place() + 2);
  return high === HIGH_MEETING ? { state: low! } : { value: arena.cells[place()]! };
}

/** The carrier, with a value to send. */
function waiterWith(value: number): number {
  arena.cells[carrier.cell] = value;
  return filled();
}

describe('a receiver', () => {
  const look = () => receiveLooking(channel, filled(), SLOT, LOOKS);

  it('stands in line at once where both sides have been on one thread', () => {
    expect(look()).toBe(RESULT_WOULD_WAIT);
    expect(receive(channel, filled(), SLOT)).toBe(RESULT_WAITS);
    parkSpare();
    expect(send(channel, waiterWith(1), SLOT)).toBe(SLOT + 1);
    expect(arena.words[channel + CHANNEL_OFFERER]).toBe(0);
  });

  it('may look when it was served by another thread once', () => {
    expect(receive(channel, filled(), SLOT)).toBe(RESULT_WAITS);
    arena.words[parkSpare() + WAITER_MACHINE] = OTHER; // It is of that one.
    expect(send(channel, waiterWith(1), SLOT)).toBeLessThanOrEqual(RESULT_WAKES);
    expect(arena.words[channel + CHANNEL_OFFERER]).toBe(OTHER);
    expect(receive(channel, filled(), SLOT)).toBe(RESULT_WOULD_WAIT);
  });

  it('withdraws its offer when nobody has come', () => {
    meetsAlready();
    expect(look()).toBe(RESULT_WOULD_WAIT);
    expect(meeting()).toEqual({ state: MEETING_NONE });
    expect(receiveOrWait(channel, filled(), SLOT)).toBe(RESULT_WAITS);
  });

  it.each([MEETING_PREPARED, MEETING_OPEN])('does not offer where another does: %i', (state) => {
    meetsAlready();
    setMeeting(state);
    expect(look()).toBe(RESULT_WOULD_WAIT);
    expect([meeting(), arena.words[channel + CHANNEL_OFFERER]]).toEqual([{ state }, OTHER]);
  });

  it.each([0, 7, Number.NEGATIVE_INFINITY])('does not take what was handed to another: %d', (value) => {
    meetsAlready();
    arena.cells[place()] = value;
    expect(look()).toBe(RESULT_WOULD_WAIT);
    expect([meeting(), arena.words[channel + CHANNEL_OFFERER]]).toEqual([{ value }, OTHER]);
  });

  it('does not offer while a sender stands in line', () => {
    meetsAlready();
    expect(sendOrWait(channel, waiterWith(5), SLOT)).toBe(RESULT_WAITS);
    parkSpare();
    expect(look()).toBe(RESULT_WOULD_WAIT);
    expect(receive(channel, filled(), SLOT)).toBe(SLOT + 1);
    expect(arena.cells[carrier.cell]).toBe(5);
  });

  it('never offers in a channel that is part of something else', () => {
    const [ctx] = withCancel(background());
    const done = (ctx.done as Chan<never>).address;
    const before = [...arena.words.subarray(done, done + 20)];
    expect(receiveLooking(done, filled(), SLOT, LOOKS)).toBe(RESULT_WOULD_WAIT);
    expect([...arena.words.subarray(done, done + 20)]).toEqual(before);
  });
});

describe('a sender', () => {
  it.each<[string, (waiter: number) => number]>([
    ['send', (waiter) => send(channel, waiter, SLOT)],
    ['send, which waits for it', (waiter) => sendLooking(channel, waiter, SLOT, LOOKS)],
    ['trySend', (waiter) => poll(OPERATION_SEND, channel, waiter)],
  ])('hands its value to a receiver that offers: %s', (_, sends) => {
    offered();
    expect(sends(waiterWith(7))).toBe(RESULT_DONE);
    expect(meeting()).toEqual({ value: 7 });
  });

  it('waits where nobody offers any more', () => {
    offered();
    expect(send(channel, waiterWith(7), SLOT)).toBe(RESULT_DONE);
    expect(send(channel, waiterWith(8), SLOT)).toBe(RESULT_WOULD_WAIT);
    expect(sendLooking(channel, waiterWith(8), SLOT, LOOKS)).toBe(RESULT_WOULD_WAIT);
    expect(poll(OPERATION_SEND, channel, waiterWith(8))).toBe(RESULT_WAITS);
    expect(meeting()).toEqual({ value: 7 });
  });

  it('does not hand over past one who stands in line', () => {
    offered();
    expect(receiveOrWait(channel, filled(), SLOT)).toBe(RESULT_WAITS);
    const inLine = parkSpare();
    expect(send(channel, waiterWith(7), SLOT)).toBe(SLOT + 1);
    expect(meeting()).toEqual({ state: MEETING_OPEN });
    expect(arena.cells[(inLine + WAITER_CELL) >> 1]).toBe(7);
    expect(sendOrWait(channel, waiterWith(8), SLOT)).toBe(RESULT_WAITS);
    parkSpare();
    expect(send(channel, waiterWith(9), SLOT)).toBe(RESULT_WAITS);
    expect(meeting()).toEqual({ state: MEETING_OPEN });
  });

  it('is refused by a closed channel, whoever offers', () => {
    offered();
    closeChannel(channel);
    expect(send(channel, waiterWith(7), SLOT)).toBe(RESULT_CLOSED);
    expect(meeting()).toEqual({ state: MEETING_OPEN });
  });

  it('does not hand over to a thread that was lost', () => {
    offered();
    endLostMachine(OTHER, 'test');
    expect(send(channel, waiterWith(7), SLOT)).toBe(RESULT_WOULD_WAIT);
    expect(meeting()).toEqual({ state: MEETING_NONE });
  });
});

describe('what a lost thread leaves behind', () => {
  const texts = () => usage().get('texts') ?? 0;

  it('is dropped where it was handed over', () => {
    const before = texts();
    encode('a text that has a block of its own', place(), 'test');
    expect(texts()).toBeGreaterThan(before);
    arena.words[channel + CHANNEL_OFFERER] = OTHER;
    endLostMachine(OTHER, 'test');
    expect([meeting(), texts()]).toEqual([{ state: MEETING_NONE }, before]);
  });

  it('is dropped with the channel at the latest', () => {
    const before = texts();
    encode('a text that has a block of its own', place(), 'test');
    expect(texts()).toBeGreaterThan(before);
    release(channel);
    expect(texts()).toBe(before);
  });

  it.each([MEETING_NONE, MEETING_PREPARED, MEETING_OPEN])('is not what is of others: %i', (state) => {
    meetsAlready();
    setMeeting(state);
    endLostMachine(OTHER + 1, 'test');
    expect(meeting()).toEqual({ state });
  });

  it('is not what was handed to others', () => {
    meetsAlready();
    arena.cells[place()] = 7;
    endLostMachine(OTHER + 1, 'test');
    expect(meeting()).toEqual({ value: 7 });
  });

  it('is not what another is about to offer', () => {
    meetsAlready();
    setMeeting(MEETING_PREPARED);
    endLostMachine(OTHER, 'test');
    expect(meeting()).toEqual({ state: MEETING_PREPARED });
  });
});

describe('with another thread', () => {
  let other: Worker;

  /** Takes each offer, and hands over the numbers 1, 2, ... some looks after the last. */
  const hands = `
    const { parentPort, workerData: { words, place, looks, open, end } } = require('node:worker_threads');
    const cells = new BigInt64Array(words.buffer);
    const value = new Float64Array([1]);
    const bits = new BigInt64Array(value.buffer);
    parentPort.postMessage('begins');
    for (;;) {
      const found = Atomics.compareExchange(cells, place, open, bits[0]);
      if (found === end) break;
      if (found !== open) continue;
      value[0]++;
      for (let look = 0; look < looks; look++) Atomics.load(cells, place);
    }
  `;
  const end = -1n;

  async function startHanding(looks: number): Promise<void> {
    meetsAlready();
    const open = (BigInt(HIGH_MEETING) << 32n) | BigInt(MEETING_OPEN);
    const workerData = { words: arena.words, place: place(), looks, open, end };
    other = new Worker(hands, { eval: true, workerData });
    await once(other, 'message');
  }

  afterEach(async () => {
    Atomics.store(new BigInt64Array(arena.words.buffer), place(), end);
    await once(other, 'exit');
  });

  it.each([
    ['at once', 0],
    ['after the receiver has had enough of looking', 100_000],
  ])('each value that is handed over comes, once: %s', async (_, looks) => {
    await startHanding(looks);
    const wanted = looks === 0 ? 2000 : 20;
    const received: number[] = [];
    for (const end = Date.now() + 20_000; received.length < wanted && Date.now() < end; ) {
      const result = receiveLooking(channel, filled(), SLOT, LOOKS);
      if (result === RESULT_DONE) received.push(arena.cells[carrier.cell]!);
      else expect(result).toBe(RESULT_WOULD_WAIT);
    }
    expect(received).toEqual(Array.from({ length: wanted }, (_, index) => index + 1));
  });
});
