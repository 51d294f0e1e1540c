/**
 * `transfer(x)` marks an object: the next encode that meets it moves it instead of copying it.
 *
 * What is moved is an ArrayBuffer's contents: they are copied into the value, and the sender's buffer is detached once
 * nothing can fail any more. Detaching goes through a message port because that is the way which leaves alone what
 * Node protects from being moved, such as the pool that small Buffers lie in, on every version.
 */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { isAnyArrayBuffer } from 'node:util/types';
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
  return ArrayBuffer.isView(x) && isAnyArrayBuffer(x.buffer) ? x.buffer : x;
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
