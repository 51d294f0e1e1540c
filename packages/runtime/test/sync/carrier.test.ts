/** A send or receive that has to wait, where its thread has no spare waiter to stand in line. */
import { beforeEach, describe, expect, it } from 'vitest';
import { setFunctionHook } from '../../src/codec/functions.ts';
import { PendingValue } from '../../src/codec/pending.ts';
import { ArenaExhaustedError } from '../../src/errors.ts';
import { arena } from '../../src/memory/arena.ts';
import { CHANNEL_RECEIVERS, CHANNEL_SENDERS, RESULT_NO_SPARE, RESULT_WAITS, WAITER_WORDS } from '../../src/memory/blocks.ts';
import { receiveOrWait, sendOrWait } from '../../src/memory/core.ts';
import { createArena } from '../../src/memory/create.ts';
import { allocate, free, usage } from '../../src/memory/heap.ts';
import { KIND_SCRATCH } from '../../src/memory/layout.ts';
import { attachMachine } from '../../src/scheduler/attach.ts';
import { drainInbox } from '../../src/scheduler/inbox.ts';
import { carrier, reserveWaiter, takeSpare } from '../../src/scheduler/waiter.ts';
import { type Chan, chan } from '../../src/sync/channel.ts';
import { select } from '../../src/sync/select.ts';

const SLOT = 6;

beforeEach(() => {
  createArena(8 * 1024 * 1024);
  attachMachine(0);
});

/** A channel on which a send, or a receive, has to wait. */
function blocked(kind: string, sends: boolean): Chan<unknown> {
  const channel = chan<unknown>(kind === 'unbuffered' ? 0 : 2);
  if (kind === 'buffered' && sends) for (let value = 0; value < 2; value++) channel.trySend(value);
  return channel;
}

/** Leaves no block of a waiter's size. */
function takeAll(): never {
  for (;;) allocate(KIND_SCRATCH, WAITER_WORDS * 4);
}

const kinds = [
  ['unbuffered', true],
  ['unbuffered', false],
  ['buffered', true],
  ['buffered', false],
] as const;

describe.each(kinds)('%s, sending: %s', (kind, sends) => {
  const begin = (address: number): number => (sends ? sendOrWait : receiveOrWait)(address, carrier.address, SLOT);

  it('says so, and leaves the channel as it is', () => {
    const { address } = blocked(kind, sends);
    takeSpare();
    expect(begin(address)).toBe(RESULT_NO_SPARE);
    expect([arena.words[address + CHANNEL_SENDERS], arena.words[address + CHANNEL_RECEIVERS]]).toEqual([0, 0]);
    reserveWaiter();
    expect(begin(address)).toBe(RESULT_WAITS);
    const inLine = arena.words[address + (sends ? CHANNEL_SENDERS : CHANNEL_RECEIVERS)];
    expect(inLine).toBe(takeSpare());
  });

  it('makes one, and waits', async () => {
    const channel = blocked(kind, sends);
    takeSpare();
    const text = 'a text that has a block of its own';
    const operation: PromiseLike<unknown> = sends ? channel.send(text) : channel.recv();
    const outcome = Promise.resolve(operation);
    await Promise.resolve();
    if (sends) {
      const received = [0, 1, 2].flatMap(() => channel.tryRecv()).filter((each) => typeof each === 'string');
      drainInbox();
      expect([await outcome, received]).toEqual([undefined, [text]]);
    } else {
      expect(channel.trySend(text)).toBe(true);
      drainInbox();
      expect(await outcome).toBe(text);
    }
  });
});

it.each(['unbuffered', 'buffered'])(
  'fails where there is no memory for one, and gives back what was to be sent: %s',
  async (kind) => {
    const channel = blocked(kind, true);
    takeSpare();
    const text = 'x'.repeat(2000);
    const room = allocate(KIND_SCRATCH, text.length);
    const takeAll = (): never => {
      for (;;) allocate(KIND_SCRATCH, WAITER_WORDS * 4);
    };
    expect(takeAll).toThrow(ArenaExhaustedError);
    free(room);
    const { length } = channel;
    // Twice: what the first has copied is free again.
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(Promise.resolve(channel.send(text))).rejects.toThrow(ArenaExhaustedError);
    expect(allocate(KIND_SCRATCH, text.length)).toBe(room);
    expect(channel.length).toBe(length);
    expect(arena.words[channel.address + CHANNEL_SENDERS]).toBe(0);
  },
);

describe('a value that cannot be made yet', () => {
  let loaded: () => void;
  let isLoaded: boolean;

  beforeEach(() => {
    isLoaded = false;
    const ready = new Promise<void>((resolve) => {
      loaded = () => {
        isLoaded = true;
        resolve();
      };
    });
    setFunctionHook({
      encode: () => ({ functionNumber: 1, captures: null }),
      decode: () => {
        if (!isLoaded) throw new PendingValue('a function', ready);
        return () => 42;
      },
    });
  });

  it('is kept where there is neither a spare nor memory for one', async () => {
    const channel = chan<() => number>(2);
    channel.trySend(() => 1);
    takeSpare();
    expect(takeAll).toThrow(ArenaExhaustedError);
    const outcome = Promise.resolve(channel.recv());
    await Promise.resolve();
    expect(channel.length).toBe(0);
    loaded();
    expect((await outcome)?.()).toBe(42);
  });
});

it('drops what can never be made', async () => {
  setFunctionHook({
    encode: () => ({ functionNumber: 1, captures: null }),
    decode: () => {
      throw new Error('its module is gone');
    },
  });
  const channel = chan<() => number>(2);
  const before = usage().get('values');
  const receivers = [
    () => channel.recv(),
    () => channel.recvOk(),
    () => select({ only: channel.recv() }),
    async () => channel.tryRecv(),
  ];
  for (const receive of receivers) {
    channel.trySend(() => 1);
    await expect(Promise.resolve(receive())).rejects.toThrow('its module is gone');
    expect(usage().get('values')).toBe(before);
  }
  const waiting = [Promise.resolve(channel.recv()), Promise.resolve(select({ only: channel.recv() }))];
  await Promise.resolve();
  for (const each of waiting) {
    channel.trySend(() => 1);
    drainInbox();
    await expect(each).rejects.toThrow('its module is gone');
    expect(usage().get('values')).toBe(before);
  }
});
