/**
 * Channels: Go's, in shared memory. `runtime/chan.go` is the model; the semantics are those of the Go specification.
 *
 * What happens under a channel's lock is `core/channel.ts`; the operations are `channel-operations.ts`. Values are encoded
 * before the lock is taken and read after it is given back: no user code runs under a lock.
 */
import { drop } from '../codec/cell.ts';
import { registerKind, SharedObject } from '../codec/handles.ts';
import { ClosedChannelError } from '../errors.ts';
import { requireArena, words } from '../memory/arena.ts';
import {
  CHANNEL_CAPACITY,
  CHANNEL_CLOSED,
  CHANNEL_COUNT,
  CHANNEL_FIRST,
  CHANNEL_RING,
  CHANNEL_WORDS,
  RESULT_REFUSED,
} from '../memory/blocks.ts';
import { closeChannel } from '../memory/core.ts';
import { allocate, free, setDestroyer } from '../memory/heap.ts';
import { KIND_CHANNEL, KIND_RING } from '../memory/layout.ts';
import { readyAll } from '../scheduler/inbox.ts';
import type { Operation } from '../scheduler/operation.ts';
import { type Received, ReceiveOkOperation, ReceiveOperation, receiveNow, SendOperation, sendNow } from './channel-operations.ts';

export type { Received } from './channel-operations.ts';

/** What can be sent on. */
export interface SendChan<T> {
  send(value: T): Operation<void>;
  trySend(value: T): boolean;
  close(): void;
  readonly length: number;
  readonly capacity: number;
  readonly closed: boolean;
}

/** What can be received from. */
export interface RecvChan<T> extends AsyncIterable<T> {
  recv(): Operation<T | undefined>;
  recvOk(): Operation<Received<T>>;
  tryRecv(): Received<T>;
  forEach(body: (value: T) => Generator<unknown, unknown, unknown> | void): Generator<unknown, void, unknown>;
  readonly length: number;
  readonly capacity: number;
  readonly closed: boolean;
}

/**
 * A channel of values of type `T`: any number of senders and receivers on any threads, first come, first served.
 * Values arrive as copies.
 */
export class Chan<T> extends SharedObject implements SendChan<T>, RecvChan<T> {
  /** @internal Use `chan()`. */
  constructor(address: number) {
    super(address);
  }

  /** Sends a value; waits while the channel is full, or until a receiver comes when it is unbuffered. Throws ClosedChannelError on a closed channel. */
  send(value: T): Operation<void> {
    this.mustBeCurrent();
    return new SendOperation(this, value);
  }

  /** Receives a value; waits while the channel is empty. Gives `undefined` once it is closed and drained. */
  recv(): Operation<T | undefined> {
    this.mustBeCurrent();
    return new ReceiveOperation<T>(this);
  }

  /** Receives a value and whether it was sent: `[value, true]`, or `[undefined, false]` once closed and drained. */
  recvOk(): Operation<Received<T>> {
    this.mustBeCurrent();
    return new ReceiveOkOperation<T>(this);
  }

  /** Sends if that is possible without waiting; returns whether it was. Throws ClosedChannelError on a closed channel. */
  trySend(value: T): boolean {
    this.mustBeCurrent();
    return sendNow(this.address, value);
  }

  /** Receives if a value is there: `[value, true]`, else `[undefined, false]`. */
  tryRecv(): Received<T> {
    this.mustBeCurrent();
    return receiveNow<T>(this.address);
  }

  /** Closes the channel: receivers get what is buffered, then `undefined`. Throws ClosedChannelError when it is closed already. */
  close(): void {
    this.mustBeCurrent();
    const waiters = closeChannel(this.address);
    if (waiters === RESULT_REFUSED) throw new ClosedChannelError('close of closed channel');
    readyAll(waiters);
  }

  /** Values in the buffer now. */
  get length(): number {
    return words[this.address + CHANNEL_COUNT]!;
  }

  get capacity(): number {
    return words[this.address + CHANNEL_CAPACITY]!;
  }

  get closed(): boolean {
    return words[this.address + CHANNEL_CLOSED] !== 0;
  }

  /** Receives until the channel is closed and drained. For async code; inside a goroutine use `forEach`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const [value, ok] = await this.recvOk();
      if (!ok) return;
      yield value as T;
    }
  }

  /**
   * Receives until the channel is closed and drained.
   *
   * @example
   * yield* jobs.forEach(function* (job) {
   *   yield* results.send(work(job));
   * });
   */
  *forEach(body: (value: T) => Generator<unknown, unknown, unknown> | void): Generator<unknown, void, unknown> {
    for (;;) {
      const [value, ok] = yield* this.recvOk();
      if (!ok) return;
      const steps = body(value as T);
      if (steps !== undefined) yield* steps;
    }
  }
}

/**
 * Makes a channel. `capacity` is how many values it holds before senders wait; 0 makes sender and receiver meet.
 *
 * Throws RangeError for a capacity that is negative or no whole number, ArenaExhaustedError when memory is full.
 *
 * @example
 * const results = chan<number>(16);
 * go(function* () { yield* results.send(42); });
 * console.log(await results.recv()); // 42
 */
export function chan<T>(capacity = 0): Chan<T> {
  if (!Number.isInteger(capacity) || capacity < 0) {
    throw new RangeError(`chan capacity must be a whole number of at least 0, got ${String(capacity)}`);
  }
  requireArena();
  const ring = capacity === 0 ? 0 : allocate(KIND_RING, capacity * 8);
  let channel: number;
  try {
    channel = allocate(KIND_CHANNEL, CHANNEL_WORDS * 4);
  } catch (error) {
    if (ring !== 0) free(ring);
    throw error;
  }
  words.fill(0, channel, channel + CHANNEL_WORDS);
  words[channel + CHANNEL_CAPACITY] = capacity;
  words[channel + CHANNEL_RING] = ring;
  return new Chan<T>(channel);
}

setDestroyer(KIND_CHANNEL, (channel) => {
  const ring = words[channel + CHANNEL_RING]!;
  if (ring === 0) return;
  const capacity = words[channel + CHANNEL_CAPACITY]!;
  const first = words[channel + CHANNEL_FIRST]!;
  for (let index = 0; index < words[channel + CHANNEL_COUNT]!; index++) drop((ring >> 1) + ((first + index) % capacity));
  free(ring);
});

registerKind(KIND_CHANNEL, (address) => new Chan(address));
