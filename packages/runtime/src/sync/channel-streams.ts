/**
 * Channels and streams: what is read from a stream is sent on a channel, and the other way round, one value at a time, so that
 * whoever is slow holds up the others (backpressure).
 *
 * A source is read by a goroutine of the thread that has it. It takes one value, sends it, and only then asks for the next one.
 * Beside its source it waits for the readers of the channel to leave: then it cancels the source, also in the middle of a wait.
 *
 * A stream made of a channel is the channel's reader: it takes a value when it is asked for one, and when it is
 * destroyed or cancelled it leaves the channel, so that senders are cancelled.
 *
 * Both are of one thread, which stands in FEEDER and READER. When that one is lost, the main thread does it for them: the
 * channel fails for its receivers, or is left by its reader.
 */
import { Readable } from 'node:stream';
import { ReadableStream, type ReadableStreamDefaultReader } from 'node:stream/web';
import type { SharedObject } from '../codec/handles.ts';
import { ThreadLostError, typeName } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import { CHANNEL_FEEDER, CHANNEL_READER } from '../memory/blocks.ts';
import { KIND_CHANNEL } from '../memory/layout.ts';
import { forEachLiving } from '../memory/walk.ts';
import { whenMachineLost } from '../scheduler/lost.ts';
import { machine } from '../scheduler/machine.ts';
import { spawnLocal } from '../scheduler/spawn.ts';
import { waitOperation } from '../scheduler/wait.ts';
import type { Chan, RecvChan } from './channel.ts';
import { closeUnlessClosed, failChannel, leaveChannel } from './channel-end.ts';
import type { Received } from './channel-operations.ts';
import { select } from './select.ts';

/** What `Chan.from` reads: a Node or Web stream, or whatever can be iterated. */
export type Source<T> = ReadableStream<T> | AsyncIterable<T> | Iterable<T>;

interface Reader<T> {
  next(): Promise<IteratorResult<T>>;
  /** No value will be asked for any more, though one may have been asked for and not have come yet. */
  cancel(reason?: unknown): unknown;
}

/** How a source is read. Throws TypeError for what is none, or is being read already. */
export function readerOf<T>(source: Source<T>): Reader<T> {
  if (isWebStream(source)) return webReader(source.getReader() as ReadableStreamDefaultReader<T>);
  if (!(Symbol.asyncIterator in source)) return iteratorReader(source[Symbol.iterator]());
  return isNodeStream(source) ? nodeReader<T>(source) : iteratorReader(source[Symbol.asyncIterator]());
}

/** Before anything is made for it. */
export function mustBeSource(source: unknown): void {
  if (typeof source === 'object' && source !== null) {
    if ('recvOk' in source)
      throw new TypeError('Chan.from takes a readable stream or an iterable, got a channel: receive from it as it is');
    if (isWebStream(source) || Symbol.asyncIterator in source || Symbol.iterator in source) return;
  }
  const got = typeName(source);
  throw new TypeError(`Chan.from takes a readable stream, an async iterable or an iterable object, got ${got}`);
}

function isWebStream(source: object): source is ReadableStream {
  return typeof (source as Partial<ReadableStream>).getReader === 'function';
}

function webReader<T>(reader: ReadableStreamDefaultReader<T>): Reader<T> {
  return {
    next: () => reader.read() as Promise<IteratorResult<T>>,
    cancel: (reason) => reader.cancel(reason),
  };
}

/** Also one that is not of this Node's own class, such as one of the package `readable-stream`. */
function isNodeStream(source: object): source is Readable {
  return typeof (source as Partial<Readable>).destroy === 'function' && typeof (source as Partial<Readable>).pipe === 'function';
}

function nodeReader<T>(stream: Readable): Reader<T> {
  stream.on('error', () => undefined); // The iterator reports it; without a listener an early one would end the process.
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<T>;
  return {
    next: () => iterator.next(),
    // Not by the iterator: that would first wait for the value that was asked for last.
    cancel: () => void stream.destroy(),
  };
}

function iteratorReader<T>(iterator: AsyncIterator<T> | Iterator<T>): Reader<T> {
  return {
    next: async () => await iterator.next(),
    cancel: () => iterator.return?.(),
  };
}

/** Sends everything that comes out of a source. `left` is closed when nobody reads the channel any more. */
export function feed<T>(channel: Chan<T>, left: RecvChan<never>, reader: Reader<T>): void {
  arena.words[channel.address + CHANNEL_FEEDER] = machine.number;
  spawnLocal(feeding, [channel, left, reader], 'Chan.from');
}

function* feeding<T>(channel: Chan<T>, left: RecvChan<never>, reader: Reader<T>): Generator<unknown, void, any> {
  /** It has neither come to its end nor failed. */
  let open = false;
  let reason: unknown;
  try {
    for (;;) {
      open = false;
      const step = reader.next();
      step.catch(() => undefined); // Nobody looks at it when the readers have left.
      const hit = yield* select({ left: left.recv(), step: waitOperation(step) });
      open = hit.key === 'left' || hit.value.done !== true;
      if (hit.key === 'left' || hit.value.done === true) break;
      yield* channel.send(hit.value.value);
    }
    if (!open && channel.isCurrent()) closeUnlessClosed(channel.address);
  } catch (error) {
    reason = error;
    if (channel.isCurrent()) failChannel(channel.address, error);
  }
  if (open) yield* waitOperation(Promise.resolve(reader.cancel(reason)));
}

/** Reads a channel as one of Node's streams, in object mode. */
export function readableOf<T>(channel: Chan<T>): Readable {
  arena.words[channel.address + CHANNEL_READER] = machine.number;
  const take = (stream: Readable, [value, ok]: readonly [T, true] | readonly [undefined, false]): void => {
    if (stream.destroyed) return;
    if (!ok) stream.push(null);
    else if (value !== null) stream.push(value);
    else
      stream.destroy(new TypeError('null came over the channel, which means the end to a Node stream; use toReadableStream()'));
  };
  return new Readable({
    objectMode: true,
    highWaterMark: 0, // Nothing is taken that nobody has asked for.
    read() {
      channel.recvOk().then(
        (received) => take(this, received),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      leave(channel, error ?? undefined);
      done(error);
    },
  });
}

/** Reads a channel as a Web stream. */
export function readableStreamOf<T>(channel: Chan<T>): ReadableStream<T> {
  arena.words[channel.address + CHANNEL_READER] = machine.number;
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const [value, ok] = await received(channel);
        if (ok) controller.enqueue(value);
        else controller.close();
      },
      cancel(reason) {
        leave(channel, reason);
      },
    },
    { highWaterMark: 0 }, // Nothing is taken that nobody has asked for.
  );
}

/** Of a stream that fails nobody reads any more, and it is not told so: those who send are. */
async function received<T>(channel: Chan<T>): Promise<Received<T>> {
  try {
    return await channel.recvOk();
  } catch (error) {
    leave(channel, error);
    throw error;
  }
}

/** Its reader has gone; unless its runtime was left before. */
function leave(channel: SharedObject, why: unknown): void {
  if (channel.isCurrent()) leaveChannel(channel.address, why);
}

whenMachineLost((number, why) => {
  const error = new ThreadLostError(`the thread that read the source of this channel has ended: ${why}`);
  forEachOf(number, CHANNEL_FEEDER, (channel) => failChannel(channel, error));
  leaveStreamsOf(number, `its thread has ended: ${why}`);
});

/** The machine's thread has ended: nobody reads its streams any more. */
export function leaveStreamsOf(number: number, why: string): void {
  forEachOf(number, CHANNEL_READER, (channel) => leaveChannel(channel, why));
}

/** Ends the channels that have the machine's number in a word. */
function forEachOf(number: number, word: number, end: (channel: number) => void): void {
  forEachLiving(KIND_CHANNEL, (channel) => {
    if (arena.words[channel + word] !== number) return;
    end(channel);
    // The thread may have begun to end it itself, and come no further.
    closeUnlessClosed(channel);
  });
}
