/** The short way through an unbuffered channel: this thread is one side of it, a plain worker or nobody the other. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encode } from '../../src/codec/encode.ts';
import { background, withCancel } from '../../src/context/context.ts';
import { arena } from '../../src/memory/arena.ts';
import {
  CHANNEL_HANDED,
  CHANNEL_OFFER,
  CHANNEL_OFFERER,
  OFFER_EMPTIED,
  OFFER_FILLED,
  OFFER_NONE,
  OFFER_OPEN,
  OFFER_TAKEN,
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
import { MACHINE_STATE, MACHINE_STATE_AWAKE, MACHINE_STATE_LOST, machineBase } from '../../src/memory/layout.ts';
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
  arena.words[channel + CHANNEL_OFFER] = OFFER_OPEN;
}

const offer = (): number => arena.words[channel + CHANNEL_OFFER]!;
const handed = (): number => arena.cells[(channel + CHANNEL_HANDED) >> 1]!;

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
    expect(offer()).toBe(OFFER_NONE);
    expect(receiveOrWait(channel, filled(), SLOT)).toBe(RESULT_WAITS);
  });

  it.each([OFFER_OPEN, OFFER_TAKEN, OFFER_FILLED, OFFER_EMPTIED])('does not offer where another does: %i', (state) => {
    meetsAlready();
    arena.words[channel + CHANNEL_OFFER] = state;
    expect(look()).toBe(RESULT_WOULD_WAIT);
    expect([offer(), arena.words[channel + CHANNEL_OFFERER]]).toEqual([state, OTHER]);
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
    expect([offer(), handed()]).toEqual([OFFER_FILLED, 7]);
  });

  it('waits where nobody offers any more', () => {
    offered();
    expect(send(channel, waiterWith(7), SLOT)).toBe(RESULT_DONE);
    expect(send(channel, waiterWith(8), SLOT)).toBe(RESULT_WOULD_WAIT);
    expect(sendLooking(channel, waiterWith(8), SLOT, LOOKS)).toBe(RESULT_WOULD_WAIT);
    expect(poll(OPERATION_SEND, channel, waiterWith(8))).toBe(RESULT_WAITS);
    expect(handed()).toBe(7);
  });

  it('does not hand over past one who stands in line', () => {
    offered();
    expect(receiveOrWait(channel, filled(), SLOT)).toBe(RESULT_WAITS);
    const inLine = parkSpare();
    expect(send(channel, waiterWith(7), SLOT)).toBe(SLOT + 1);
    expect([offer(), arena.cells[(inLine + WAITER_CELL) >> 1]]).toEqual([OFFER_OPEN, 7]);
    expect(sendOrWait(channel, waiterWith(8), SLOT)).toBe(RESULT_WAITS);
    parkSpare();
    expect(send(channel, waiterWith(9), SLOT)).toBe(RESULT_WAITS);
    expect(offer()).toBe(OFFER_OPEN);
  });

  it('is refused by a closed channel, whoever offers', () => {
    offered();
    closeChannel(channel);
    expect(send(channel, waiterWith(7), SLOT)).toBe(RESULT_CLOSED);
    expect(offer()).toBe(OFFER_OPEN);
  });

  it('does not hand over to a thread that was lost', () => {
    offered();
    arena.words[machineBase(OTHER) + MACHINE_STATE] = MACHINE_STATE_LOST;
    expect(send(channel, waiterWith(7), SLOT)).toBe(RESULT_WOULD_WAIT);
    expect(offer()).toBe(OFFER_NONE);
  });
});

describe('what a lost thread leaves behind', () => {
  const texts = () => usage().get('texts') ?? 0;

  it('is dropped where it was handed over', () => {
    const before = texts();
    encode('a text that has a block of its own', (channel + CHANNEL_HANDED) >> 1, 'test');
    expect(texts()).toBeGreaterThan(before);
    arena.words[channel + CHANNEL_OFFERER] = OTHER;
    arena.words[channel + CHANNEL_OFFER] = OFFER_FILLED;
    endLostMachine(OTHER, 'test');
    expect([offer(), texts()]).toEqual([OFFER_NONE, before]);
  });

  it('is dropped with the channel at the latest', () => {
    const before = texts();
    encode('a text that has a block of its own', (channel + CHANNEL_HANDED) >> 1, 'test');
    arena.words[channel + CHANNEL_OFFER] = OFFER_FILLED;
    release(channel);
    expect([offer(), texts()]).toEqual([OFFER_NONE, before]);
  });

  it.each([OFFER_OPEN, OFFER_TAKEN, OFFER_FILLED, OFFER_EMPTIED])('is not what is of others: %i', (state) => {
    offered();
    arena.words[channel + CHANNEL_OFFER] = state;
    endLostMachine(OTHER + 1, 'test');
    expect(offer()).toBe(state);
  });
});

describe('with another thread', () => {
  let other: Worker;

  /** Takes each offer, and hands over the numbers 1, 2, ... some looks later. */
  const hands = `
    const { parentPort, workerData: { words, offer, handed, looks, states } } = require('node:worker_threads');
    const cells = new Float64Array(words.buffer);
    parentPort.postMessage('begins');
    for (let value = 1; ; ) {
      const state = Atomics.compareExchange(words, offer, states.open, states.taken);
      if (state === -1) break;
      if (state !== states.open) continue;
      for (let look = 0; look < looks; look++) Atomics.load(words, offer);
      cells[handed] = value++;
      Atomics.store(words, offer, states.filled);
    }
  `;

  async function startHanding(looks: number): Promise<void> {
    meetsAlready();
    const states = { open: OFFER_OPEN, taken: OFFER_TAKEN, filled: OFFER_FILLED };
    const workerData = {
      words: arena.words,
      offer: channel + CHANNEL_OFFER,
      handed: (channel + CHANNEL_HANDED) >> 1,
      looks,
      states,
    };
    other = new Worker(hands, { eval: true, workerData });
    await once(other, 'message');
  }

  afterEach(async () => {
    Atomics.store(arena.words, channel + CHANNEL_OFFER, -1);
    await once(other, 'exit');
  });

  it.each([
    ['at once', 0],
    ['long after the receiver has had enough of looking', 100_000],
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
