/**
 * Channels: Go's, in shared memory. `runtime/chan.go` is the model; the semantics are those of the Go specification.
 *
 * What happens under a channel's lock is `core/channel.ts`; the operations are `channel-operations.ts`. Values are encoded
 * before the lock is taken and read after it is given back: no user code runs under a lock.
 */
import type { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { drop } from '../codec/cell.ts';
import { EXISTING, pagesForNow, registerKind, SharedObject } from '../codec/handles.ts';
import type { ReferencePages } from '../codec/reference-pages.ts';
import { shown } from '../errors.ts';
import { arena, requireArena } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import {
  CHANNEL_CAPACITY,
  CHANNEL_CLOSED,
  CHANNEL_MEETING,
  CHANNEL_RING,
  CHANNEL_SOURCE,
  CHANNEL_WORDS,
  COUNT_ONE,
  COUNT_STATE,
  MEETING_NONE,
  NEAR_FIRST_INTERVAL,
  RING_HEAD,
  RING_HEAD_SLOT,
  RING_NEAR_LEFT,
  RING_SLOTS,
  RING_TAIL,
  UNBUFFERED_WORDS,
} from '../memory/blocks.ts';
import { endOffer } from '../memory/core.ts';
import { allocate, allocateForLater, becomes, free, kindOf, retain, setDestroyer } from '../memory/heap.ts';
import { KIND_CHANNEL, KIND_RING } from '../memory/layout.ts';
import { HIGH_MEETING } from '../memory/tags.ts';
import { forEachLiving } from '../memory/walk.ts';
import { whenMachineLost } from '../scheduler/lost.ts';
import type { Op } from '../scheduler/operation.ts';
import { isGenerator, isThenable } from '../scheduler/returned.ts';
import { carrier } from '../scheduler/waiter.ts';
import { mustBeCallback } from './callback.ts';
import { closeByHand, dropEnd, endsWithReader, initializeEnd, leaveChannel } from './channel-end.ts';
import {
  type Received,
  type ReceiveOkOp,
  ReceiveOkOperation,
  type ReceiveOp,
  ReceiveOperation,
  receiveNow,
  SendOperation,
  sendNow,
} from './channel-operations.ts';
import { feed, mustBeSource, readableOf, readableStreamOf, readerOf, type Source } from './channel-streams.ts';

export type { Received, ReceiveOkOp, ReceiveOp } from './channel-operations.ts';

/**
 * What can be sent on: a channel, seen by its senders. One of another type of value is not one of these.
 *
 * Source: the Go specification, channel types (`chan<- T`).
 */
export interface SendChan<in T> {
  // As properties: what is written as a method would accept a channel of a narrower type.
  /** See `Chan.send`. */
  readonly send: (value: T) => Op<void>;
  /** See `Chan.trySend`. */
  readonly trySend: (value: T) => boolean;
  /** See `Chan.close`. */
  close(): void;
  /** Values in the buffer now. */
  readonly length: number;
  /** Values it holds before senders wait. */
  readonly capacity: number;
  /** Whether it was closed, in whatever way. */
  readonly closed: boolean;
}

/**
 * What can be received from: a channel, seen by its receivers. It has no `close`: only who sends knows that nothing more will come.
 *
 * Source: the Go specification, channel types (`<-chan T`).
 */
export interface RecvChan<out T> extends AsyncIterable<T> {
  /** See `Chan.recv`. */
  recv(): ReceiveOp<T>;
  /** See `Chan.recvOk`. */
  recvOk(): ReceiveOkOp<T>;
  /** See `Chan.tryRecv`. */
  tryRecv(): Received<T>;
  /** See `Chan.forEach`. */
  forEach(body: (value: T) => Generator<unknown, unknown, any> | void): Generator<unknown, void, any>;
  /** See `Chan.toReadable`. */
  toReadable(): Readable;
  /** See `Chan.toReadableStream`. */
  toReadableStream(): ReadableStream<T>;
  /** Values in the buffer now. */
  readonly length: number;
  /** Values it holds before senders wait. */
  readonly capacity: number;
  /** Whether it was closed, in whatever way; there may be values left in its buffer. */
  readonly closed: boolean;
}

const asyncBody =
  'forEach calls a plain or generator function for each value, and its function returned a promise: make it a generator ' +
  'function that waits with yield* wait(promise), or use for await in async code';

/**
 * A channel of values of type `T`: any number of senders and receivers on any threads, first come, first served.
 * Values arrive as copies.
 *
 * Source: the Go specification, channel types.
 */
export class Chan<in out T> extends SharedObject implements SendChan<T>, RecvChan<T> {
  /** @internal Use `chan()`. */
  constructor(existing: typeof EXISTING, address: number) {
    if (existing !== EXISTING) throw new TypeError('new Chan: make a channel with chan(capacity)');
    super(address, pagesFor(address));
  }

  /** @internal */
  protected override get foundByHandlesOnly(): boolean {
    return isPlain(this.address);
  }

  /**
   * A channel that brings what comes out of a stream (of Node or the Web), an async iterable or an iterable, and is closed
   * when that has ended. `capacity` is how many values may wait in it; nothing more is asked of the source meanwhile.
   *
   * The source is read on the calling thread; the channel may be read on any. When the source fails, receivers get its
   * error, after what came before it; they get a DataCloneError when it brought a value that cannot be copied, and a
   * ThreadLostError when the source's thread has ended in the middle.
   *
   * The source ends with its readers: leaving `for await` or `forEach` over the channel before its end cancels the source and
   * closes the channel, and so does `close()`.
   *
   * Throws TypeError for what is no source or is being read already, RangeError for a capacity that is no whole number of at least 0.
   *
   * @example
   * const chunks = Chan.from(createReadStream('big.log'));
   * for (let worker = 0; worker < 4; worker++) go(count, chunks);
   */
  static from<T>(source: Source<T>, capacity = 0): Chan<T> {
    mustBeCapacity(capacity, 'Chan.from: capacity');
    mustBeSource(source);
    const left = chan<never>();
    const channel = chanBefore<T>(left, capacity);
    feed(channel, left, readerOf(source)); // Last: from now on nobody else reads it.
    return channel;
  }

  /**
   * Sends a value; waits while the channel is full, or until a receiver comes when it is unbuffered.
   *
   * Throws ClosedChannelError on a closed channel, CanceledError when the reader of a stream has gone, and DataCloneError for a
   * value that cannot be copied; nothing is sent then. Source: the Go specification, Send statements.
   *
   * @example
   * yield* results.send({ id: 7, sum: 42 });
   */
  send(value: T): Op<void> {
    this.mustBeCurrent();
    return new SendOperation(this, value);
  }

  /**
   * Receives a value; waits while the channel is empty. Gives `undefined` once it is closed and drained.
   *
   * Of a channel that was made by `Chan.from` it throws, once that is drained, what its source has thrown, or ThreadLostError
   * when the source's thread has ended. Source: the Go specification, Receive operator.
   *
   * @example
   * const result = yield* results.recv();
   */
  recv(): ReceiveOp<T> {
    this.mustBeCurrent();
    return new ReceiveOperation<T>(this);
  }

  /**
   * Receives a value and whether it was sent: `[value, true]`, or `[undefined, false]` once closed and drained. Throws as `recv`
   * does. Source: the Go specification, Receive operator (`v, ok = <-ch`).
   *
   * @example
   * const [value, ok] = yield* results.recvOk();
   */
  recvOk(): ReceiveOkOp<T> {
    this.mustBeCurrent();
    return new ReceiveOkOperation<T>(this);
  }

  /**
   * Sends if that is possible without waiting; returns whether it was. What `transfer` has marked is moved in either case. Throws
   * as `send` does. Source: the Go specification, Select statements (one with a default).
   *
   * @example
   * if (!results.trySend(42)) console.log('full, or nobody receives');
   */
  trySend(value: T): boolean {
    this.mustBeCurrent();
    return sendNow(this.address, value);
  }

  /**
   * Receives if a value is there: `[value, true]`, else `[undefined, false]`. Throws as `recv` does, and DataCloneError for a
   * function or a moved object that this thread has to wait for. Source: the Go specification, Select statements.
   *
   * @example
   * const [value, ok] = results.tryRecv();
   */
  tryRecv(): Received<T> {
    this.mustBeCurrent();
    return receiveNow<T>(this.address);
  }

  /**
   * Closes the channel: receivers get what is buffered, then `undefined`. Throws ClosedChannelError when it is closed already,
   * unless that was because its reader has gone. Source: the Go specification, close.
   *
   * @example
   * for (const job of list) yield* jobs.send(job);
   * jobs.close(); // ends `jobs.forEach` and `for await (const job of jobs)`
   */
  close(): void {
    this.mustBeCurrent();
    closeByHand(this.address);
  }

  /** Values in the buffer now. Go's `len`. */
  get length(): number {
    const ring = arena.words[this.address + CHANNEL_RING]!;
    if (ring === 0) return 0;
    // Both move on meanwhile: the head is read first, so that it is not ahead of the tail.
    const head = load(ring + RING_HEAD);
    return Math.min(between(head, load(ring + RING_TAIL)), this.capacity);
  }

  /** Values it holds before senders wait; 0 for an unbuffered one. Go's `cap`. */
  get capacity(): number {
    return arena.words[this.address + CHANNEL_CAPACITY]!;
  }

  /** Whether it was closed, in whatever way; there may be values left in its buffer. */
  get closed(): boolean {
    return arena.words[this.address + CHANNEL_CLOSED] !== 0;
  }

  /** Receives until the channel is closed and drained. For async code; in a goroutine use `forEach`. Throws as `recv` does. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    let left = true;
    try {
      for (;;) {
        const [value, ok] = await this.recvOk();
        if (!ok) break;
        yield value;
      }
      left = false;
    } finally {
      if (left) this.leave();
    }
  }

  /**
   * Receives until the channel is closed and drained. Throws as `recv` does, and what the body throws. Source: the Go
   * specification, For statements with range clause.
   *
   * @example
   * yield* jobs.forEach(function* (job) {
   *   yield* results.send(work(job));
   * });
   */
  *forEach(body: (value: T) => Generator<unknown, unknown, any> | void): Generator<unknown, void, any> {
    mustBeCallback(body, 'forEach');
    let left = true;
    try {
      for (;;) {
        const [value, ok] = yield* this.recvOk();
        if (!ok) break;
        const steps: unknown = body(value);
        if (isGenerator(steps)) yield* steps;
        else if (isThenable(steps)) throw new TypeError(asyncBody);
      }
      left = false;
    } finally {
      if (left) this.leave();
    }
  }

  /** A loop over it has ended before the channel. Others may go on with one that goroutines feed; a source ends with its reader. */
  private leave(): void {
    if (this.isCurrent() && endsWithReader(this.address)) leaveChannel(this.address, undefined);
  }

  /**
   * The channel as a Readable of Node, in object mode: it ends when the channel is closed and drained, and takes a value only
   * when it is asked for one. Destroying it, also by leaving a loop over it, closes the channel, and so does the end of its
   * thread: whoever sends on it finds a CanceledError thrown, which ends a goroutine quietly. It fails with what made the
   * channel fail, and with a TypeError for a `null`, which a Node stream cannot carry.
   *
   * @example
   * await pipeline(lines.toReadable(), createWriteStream('out.txt'));
   */
  toReadable(): Readable {
    this.mustBeCurrent();
    return readableOf(this);
  }

  /**
   * The same as a ReadableStream of the Web, which carries any value. Cancelling it is what destroying is to `toReadable`; one
   * that nobody cancels reads the channel for as long as its thread is there.
   *
   * @example
   * for await (const line of lines.toReadableStream()) console.log(line);
   */
  toReadableStream(): ReadableStream<T> {
    this.mustBeCurrent();
    return readableStreamOf(this);
  }
}

function mustBeCapacity(capacity: number, what: string): void {
  if (Number.isInteger(capacity) && capacity >= 0) return;
  throw new RangeError(`${what} must be a whole number of at least 0, got ${shown(capacity)}`);
}

/**
 * Makes a channel. `capacity` is how many values it holds before senders wait; 0 makes sender and receiver meet.
 *
 * Throws RangeError for a capacity that is negative or no whole number, ArenaExhaustedError when memory is full.
 *
 * Source: the Go specification, Making slices, maps and channels.
 *
 * @example
 * const results = chan<number>(16);
 * go(function* () { yield* results.send(42); });
 * console.log(await results.recv()); // 42
 */
export function chan<T>(capacity = 0): Chan<T> {
  mustBeCapacity(capacity, 'chan capacity');
  return new Chan<T>(EXISTING, allocateChannel(capacity));
}

/** A channel whose end closes another one, `left`: at the latest when nobody has it any more. */
export function chanBefore<T>(left: SharedObject, capacity = 0): Chan<T> {
  const channel = allocateChannel(capacity);
  retain(left.address);
  arena.words[channel + CHANNEL_SOURCE] = left.address;
  return new Chan<T>(EXISTING, channel);
}

function allocateChannel(capacity: number): number {
  requireArena();
  const ring = capacity === 0 ? 0 : allocate(KIND_RING, (RING_SLOTS + 2 * capacity) * 4);
  let channel: number;
  try {
    channel = allocateForLater(capacity === 0 ? UNBUFFERED_WORDS : CHANNEL_WORDS);
  } catch (error) {
    if (ring !== 0) free(ring);
    throw error;
  }
  arena.words[channel + CHANNEL_CAPACITY] = capacity;
  arena.words[channel + CHANNEL_RING] = ring;
  if (ring === 0) {
    arena.words[channel + CHANNEL_MEETING] = MEETING_NONE;
    arena.words[channel + CHANNEL_MEETING + 1] = HIGH_MEETING;
  } else {
    arena.words.fill(0, ring, ring + RING_SLOTS);
    arena.words[ring + RING_TAIL + RING_NEAR_LEFT] = NEAR_FIRST_INTERVAL;
    arena.words[ring + RING_HEAD + RING_NEAR_LEFT] = NEAR_FIRST_INTERVAL;
  }
  initializeEnd(channel);
  becomes(channel, KIND_CHANNEL);
  return channel;
}

/** Not for one that holds values, and not for one of whose end another one is told. */
function pagesFor(channel: number): ReferencePages | null {
  const isSmall = arena.words[channel + CHANNEL_RING] === 0 && arena.words[channel + CHANNEL_SOURCE] === 0;
  return isSmall && isPlain(channel) ? pagesForNow() : null;
}

/** Not the `done` of a context, which its parent and its members lead to. */
function isPlain(channel: number): boolean {
  return kindOf(channel) === KIND_CHANNEL;
}

/** How many values lie between what the two locks of a ring have counted. */
export function between(head: number, tail: number): number {
  return (((tail & ~COUNT_STATE) - (head & ~COUNT_STATE)) | 0) / COUNT_ONE;
}

whenMachineLost((number) =>
  forEachLiving(KIND_CHANNEL, (channel) => {
    if (arena.words[channel + CHANNEL_RING] === 0 && endOffer(channel, number, carrier.address) !== 0) drop(carrier.cell);
  }),
);

setDestroyer(KIND_CHANNEL, (channel) => {
  dropEnd(channel);
  const ring = arena.words[channel + CHANNEL_RING]!;
  if (ring === 0) {
    drop((channel + CHANNEL_MEETING) >> 1);
    return;
  }
  const capacity = arena.words[channel + CHANNEL_CAPACITY]!;
  const first = arena.words[ring + RING_HEAD_SLOT]!;
  const count = between(arena.words[ring + RING_HEAD]!, arena.words[ring + RING_TAIL]!);
  for (let index = 0; index < count; index++) drop(((ring + RING_SLOTS) >> 1) + ((first + index) % capacity));
  free(ring);
});

registerKind(KIND_CHANNEL, (address) => new Chan(EXISTING, address));
