/** The ring of a buffered channel, on one thread: what its two sides know of each other. */
import { beforeEach, expect, it } from 'vitest';
import { arena } from '../../src/memory/arena.ts';
import {
  CHANNEL_RING,
  COUNT_ONE,
  NEAR_FIRST_INTERVAL,
  RESULT_CLOSED,
  RESULT_DONE,
  RESULT_NEAR,
  RESULT_WAITS,
  RESULT_WOULD_WAIT,
  RING_HEAD,
  RING_SEEN_HEAD,
  RING_SEEN_TAIL,
  RING_TAIL,
} from '../../src/memory/blocks.ts';
import { closeChannel, receive, receiveLooking, receiveOrWait, send, sendLooking, sendOrWait } from '../../src/memory/core.ts';
import { createArena } from '../../src/memory/create.ts';
import { attachMachine } from '../../src/scheduler/attach.ts';
import { carrier, freeWaiter, parkSpare, reserveWaiter } from '../../src/scheduler/waiter.ts';
import { type Chan, chan } from '../../src/sync/channel.ts';

beforeEach(() => {
  createArena(8 * 1024 * 1024);
  attachMachine(0);
});

/** The carrier, with a spare to take its place. */
function filled(): number {
  reserveWaiter();
  return carrier.address;
}

const SLOT = 6;

function put(channel: Chan<number>, value: number): number {
  arena.cells[carrier.cell] = value;
  const result = send(channel.address, filled(), SLOT);
  return result === RESULT_WOULD_WAIT ? sendOrWait(channel.address, filled(), SLOT) : result;
}

/** The value, or the result where it waits. */
function take(channel: Chan<number>): { result: number; value: number } {
  let result = receive(channel.address, filled(), SLOT);
  if (result === RESULT_WOULD_WAIT) result = receiveOrWait(channel.address, filled(), SLOT);
  return { result, value: arena.cells[carrier.cell]! };
}

/** As after so many values. */
function countFrom(channel: Chan<number>, count: number): void {
  const ring = arena.words[channel.address + CHANNEL_RING]!;
  for (const word of [RING_TAIL, RING_HEAD, RING_SEEN_HEAD, RING_SEEN_TAIL]) arena.words[ring + word] = count * COUNT_ONE;
}

it.each([0, 0x1fff_fffe, -2])('holds as many as it has room for, after %i values', (before) => {
  const channel = chan<number>(3);
  countFrom(channel, before);
  for (let round = 0; round < 5; round++) {
    expect([put(channel, 1), put(channel, 2), put(channel, 3)]).toEqual([RESULT_DONE, RESULT_DONE, RESULT_DONE]);
    expect(channel.length).toBe(3);
    expect([take(channel), take(channel), take(channel)].map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(channel.length).toBe(0);
  }
});

it('is full again when a waiting sender was let in, for those too who saw room before', () => {
  const channel = chan<number>(2);
  expect([put(channel, 1), put(channel, 2), put(channel, 3)]).toEqual([RESULT_DONE, RESULT_DONE, RESULT_WAITS]);
  const sender = parkSpare();
  expect(take(channel)).toEqual({ result: SLOT + 1, value: 1 }); // And whoever has this slot is to be woken.
  freeWaiter(sender);
  expect(channel.length).toBe(2);
  expect(put(channel, 4)).toBe(RESULT_WAITS);
  const second = parkSpare();
  expect(take(channel)).toEqual({ result: SLOT + 1, value: 2 });
  freeWaiter(second);
  expect([take(channel), take(channel)].map(({ value }) => value)).toEqual([3, 4]);
  expect(take(channel).result).toBe(RESULT_WAITS);
});

it('says that somebody would wait, and lets nobody stand in line before he says that he does', () => {
  const channel = chan<number>(1);
  const would = () => receive(channel.address, filled(), SLOT);
  const looks = () => receiveLooking(channel.address, filled(), SLOT, 10);
  const looksForRoom = () => sendLooking(channel.address, filled(), SLOT, 10);
  expect([would(), would(), looks()]).toEqual([RESULT_WOULD_WAIT, RESULT_WOULD_WAIT, RESULT_WOULD_WAIT]);
  expect(put(channel, 1)).toBe(RESULT_DONE); // Nobody is to be woken.
  expect(send(channel.address, filled(), SLOT)).toBe(RESULT_WOULD_WAIT);
  expect(looksForRoom()).toBe(RESULT_WOULD_WAIT);
  expect([looks(), looks()]).toEqual([RESULT_DONE, RESULT_WOULD_WAIT]);
  expect(looksForRoom()).toBe(RESULT_DONE);
  expect(put(channel, 2)).toBe(RESULT_WAITS);
});

it.each(['unbuffered', 'closed', 'with somebody on the other side in line'])('is not waited at twice: %s', (kind) => {
  const channel = chan<number>(kind === 'unbuffered' ? 0 : 1);
  if (kind === 'unbuffered') {
    expect(receive(channel.address, filled(), SLOT)).toBe(RESULT_WAITS);
    parkSpare();
    expect(send(channel.address, filled(), SLOT)).toBe(SLOT + 1);
  } else if (kind === 'closed') {
    expect(closeChannel(channel.address)).toBe(0);
    expect(receive(channel.address, filled(), SLOT)).toBe(RESULT_CLOSED);
    expect(send(channel.address, filled(), SLOT)).toBe(RESULT_CLOSED);
  } else {
    expect(take(channel).result).toBe(RESULT_WAITS);
    parkSpare();
    expect(send(channel.address, filled(), SLOT)).toBe(SLOT + 1);
  }
});

/** How many of so many values, each received before the next is sent, tell the receiver to keep off. */
function nearOnes(channel: Chan<number>, values: number): number {
  let near = 0;
  for (let value = 0; value < values; value++) {
    expect(put(channel, value)).toBe(RESULT_DONE); // The sender always has room.
    const taken = take(channel);
    if (taken.result === RESULT_NEAR) near++;
    expect(taken.value).toBe(value);
  }
  return near;
}

it('tells who comes near now and then to keep off, rarer each time that it brings nothing', () => {
  const channel = chan<number>(128);
  expect(nearOnes(channel, NEAR_FIRST_INTERVAL)).toBe(0);
  expect(nearOnes(channel, 1)).toBe(1);
  // The next one sees that it was in vain; then as many as before pass by, and then twice as many each time.
  expect(nearOnes(channel, 1 + NEAR_FIRST_INTERVAL)).toBe(0);
  expect(nearOnes(channel, 1)).toBe(1);
  expect(nearOnes(channel, 1 + 2 * NEAR_FIRST_INTERVAL)).toBe(0);
  expect(nearOnes(channel, 1)).toBe(1);
  expect(nearOnes(channel, 4096)).toBeLessThan(6);
  for (let last = 0; last < 3; last++) expect(nearOnes(channel, 4098)).toBe(1);
});

it('tells it again at once for as long as it brings some distance', () => {
  const channel = chan<number>(128);
  expect(nearOnes(channel, NEAR_FIRST_INTERVAL + 1)).toBe(1);
  for (let round = 0; round < 5; round++) {
    for (let value = 0; value < 16; value++) put(channel, value); // Meanwhile.
    for (let value = 0; value < 16; value++) expect(take(channel)).toEqual({ result: RESULT_DONE, value });
    expect(nearOnes(channel, 1)).toBe(1);
  }
  expect(nearOnes(channel, 1 + NEAR_FIRST_INTERVAL)).toBe(0);
  expect(nearOnes(channel, 1)).toBe(1);
});

it('tells a sender so, who finds little room again and again', () => {
  const channel = chan<number>(128);
  for (let value = 0; value < 128; value++) put(channel, value);
  const results = Array.from({ length: NEAR_FIRST_INTERVAL + 2 }, () => {
    expect(take(channel).result).toBe(RESULT_DONE);
    return put(channel, 0);
  });
  expect(results.indexOf(RESULT_NEAR)).toBe(NEAR_FIRST_INTERVAL);
  expect(results.filter((result) => result === RESULT_NEAR)).toHaveLength(1);
});

it.each([1, 2, 3])('a ring of %i has no room for distance', (capacity) => {
  const channel = chan<number>(capacity);
  expect(nearOnes(channel, 1000)).toBe(0);
});
