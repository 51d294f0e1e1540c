import { threadId } from 'node:worker_threads';
import { go, Mutex } from 'goroutines';
import { since } from '../../harness/clock.ts';
import type { Programs, Sample } from '../../harness/protocol.ts';
import { program } from './program.ts';

const goroutines = 8;
const attempts = 40;

/** Gives the thread on which it ran. */
function* add(mutex: Mutex, word: Int32Array<SharedArrayBuffer>, turns: number) {
  for (let turn = 0; turn < turns; turn++) {
    yield* mutex.lock();
    word[0]!++;
    mutex.unlock();
  }
  return threadId;
}

async function eightGoroutines(size: number): Promise<Sample> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const mutex = new Mutex();
    const word = new Int32Array(new SharedArrayBuffer(4));
    const start = performance.now();
    const adders = Array.from({ length: goroutines }, () => go(add, mutex, word, size / goroutines));
    const threads = new Set(await Promise.all(adders));
    if (threads.size === 2) return { nanoseconds: since(start), result: word[0]! };
  }
  throw new Error(`the eight goroutines did not come to run on two threads in ${attempts} attempts`);
}

export default {
  'eight-goroutines': program(eightGoroutines),
} satisfies Programs;
