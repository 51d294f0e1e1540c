// Imported first on every thread: the first worker ends when it has been there for some time, the others come after that.
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';

/** The main thread writes it when it has heard of the loss. */
export const lostFile = path.join(tmpdir(), `goroutines-lost-${process.pid}`);

if (!isMainThread && threadId === 1) {
  const { exit } = process;
  const waiting = setInterval(() => {
    if (process.exit === exit) return; // It is no machine yet.
    clearInterval(waiting);
    setTimeout(() => process.reallyExit(3), 1000);
  }, 5);
} else if (!isMainThread) {
  const never = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(lostFile)) Atomics.wait(never, 0, 0, 10);
}
