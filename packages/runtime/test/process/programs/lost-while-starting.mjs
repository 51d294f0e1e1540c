// Imported first on every thread: the first worker ends soon after it has come, the others come late.
import { isMainThread, threadId } from 'node:worker_threads';

if (!isMainThread && threadId === 1) setTimeout(() => process.reallyExit(3), 300);
else if (!isMainThread) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
