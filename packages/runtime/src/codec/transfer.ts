/**
 * `transfer(x)` marks an object: the next encode that meets it moves it instead of copying it.
 *
 * What is moved is an ArrayBuffer's contents: they are copied into the value, and the sender's buffer is detached once
 * nothing can fail any more. Detaching goes through a message port: structuredClone and ArrayBuffer.prototype.transfer
 * would, on Node 20, also take from Node what it protects from being moved.
 *
 * A Buffer in the pool that Node cuts small Buffers from is copied, since its neighbours need the pool. Other memory
 * that cannot be detached, such as WebAssembly's, is refused, by Node 20 copied.
 */
import { Buffer } from 'node:buffer';
import { isArrayBuffer } from 'node:util/types';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { DataCloneError } from '../errors.ts';

const marked = new WeakSet<object>();

/** Marks an ArrayBuffer, or a typed array's buffer, to be moved by the next send; returns its argument. */
export function transfer<T>(x: T): T {
  if ((typeof x !== 'object' && typeof x !== 'function') || x === null) {
    throw new TypeError(`transfer() takes an ArrayBuffer or another transferable object, got ${x === null ? 'null' : typeof x}`);
  }
  marked.add(transferred(x));
  return x;
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
