/**
 * `transfer(x)` marks an object: the next encode that meets it moves it instead of copying it.
 *
 * An ArrayBuffer's contents are copied into the value, and the sender's buffer is detached once
 * nothing can fail any more. Before the send and not after it: what cannot be moved is found out by moving it only, and then
 * nothing is to have been sent. So it is gone also when no receiver comes. Detaching goes through a message port:
 * structuredClone and ArrayBuffer.prototype.transfer would, on Node 20, also take from Node what it protects from being moved.
 * Everything else is posted, see `parcels.ts`.
 *
 * A Buffer in the pool that Node cuts small Buffers from is copied, since its neighbours need the pool. Other memory
 * that cannot be detached, such as WebAssembly's, is refused, by Node 20 copied.
 */
import { Buffer } from 'node:buffer';
import { isArrayBuffer } from 'node:util/types';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { DataCloneError, typeName } from '../errors.ts';
import { describe } from './classes.ts';
import { isTransferable } from './transferable.ts';

const marked = new WeakSet<object>();

/**
 * Marks an object to be moved by the next `send`, `go` or result that has it, and returns it: the sender's is of no more use then.
 * An ArrayBuffer, or a typed array, whose buffer it is; a MessagePort; a ReadableStream, WritableStream or TransformStream, which
 * goes on where it was made and is read or written elsewhere; a FileHandle.
 *
 * It is moved when the operation begins, whether that is carried out or not: after a `trySend` that returned false, in a case of
 * `select` that was not the hit, or when the channel was closed, it is gone.
 *
 * Throws TypeError for what cannot be moved. What can be moved no more, such as a stream that is being read, throws DataCloneError at the
 * `send`, and nothing is sent.
 *
 * @example
 * const { port1, port2 } = new MessageChannel();
 * go(function* (port) { port.postMessage('from a goroutine'); }, transfer(port2));
 */
export function transfer<T>(x: T): T {
  if (typeof x !== 'object' || x === null) throw notTransferable(typeName(x));
  const moved = transferred(x);
  if (moved !== x || !ArrayBuffer.isView(x)) {
    if (!isTransferable(moved)) throw notTransferable(describe(moved));
  }
  marked.add(moved);
  return x;
}

function notTransferable(what: string): TypeError {
  return new TypeError(`transfer() takes an ArrayBuffer or another transferable object, got ${what}`);
}

function transferred(x: object): object {
  if (!ArrayBuffer.isView(x)) return x;
  return isPooled(x) ? x : x.buffer;
}

/** Whether it is a Buffer that lies, with others, in a piece of memory from which Node cuts small Buffers. */
export function isPooled(view: ArrayBufferView): view is Buffer {
  const buffer = view.buffer;
  return Buffer.isBuffer(view) && looksLikePool(buffer.byteLength) && view.byteLength < Buffer.poolSize && isArrayBuffer(buffer);
}

export function isMarked(object: object): boolean {
  return marked.has(object);
}

/** It was moved. */
export function unmark(object: object): void {
  marked.delete(object);
}

/** Detaches all of them or, throwing, none. */
export function detach(buffers: readonly ArrayBuffer[], what: string): void {
  const { port1, port2 } = new MessageChannel();
  try {
    port1.postMessage(null, buffers);
    receiveMessageOnPort(port2);
  } catch (error) {
    throw new DataCloneError(`cannot ${what}: an ArrayBuffer marked by transfer() cannot be detached`, { cause: error });
  } finally {
    port1.close();
  }
  for (const buffer of buffers) marked.delete(buffer);
}

/** From Node 26 on, the pool is somewhat longer than `poolSize`, for its alignment. */
function looksLikePool(byteLength: number): boolean {
  return byteLength >= Buffer.poolSize && byteLength <= Buffer.poolSize + 64;
}
