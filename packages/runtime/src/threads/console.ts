/**
 * Output of a worker thread, written straight to the process's descriptors.
 *
 * By default it travels through the main thread's event loop: late while that is busy, lost when the process ends
 * first (nodejs/node#30491). Written here, it comes in its goroutine's order and is out when the call returns.
 */
import { writeSync } from 'node:fs';
import type { Writable } from 'node:stream';

const pause = new Int32Array(new SharedArrayBuffer(4));

export function writeConsoleDirectly(): void {
  redirect(process.stdout, 1);
  redirect(process.stderr, 2);
}

function redirect(stream: Writable, descriptor: number): void {
  const write = (chunk: string | Uint8Array, encodingOrCallback?: unknown, callback?: unknown): boolean => {
    const encoding = typeof encodingOrCallback === 'string' ? (encodingOrCallback as BufferEncoding) : 'utf8';
    writeAll(descriptor, typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
    const done = typeof encodingOrCallback === 'function' ? encodingOrCallback : callback;
    if (typeof done === 'function') process.nextTick(done as () => void);
    return true;
  };
  stream.write = write as Writable['write'];
}

/** Returns when everything is written, or nobody reads it any more. */
export function writeAll(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return; // The reader has gone; there is nobody to tell.
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 1); // A full pipe in non-blocking mode.
    }
  }
}
