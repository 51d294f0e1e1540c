/**
 * What the runtime is at the moment, in one process: kept by the thread that uses it first, and written by the files of this
 * folder and `runtime.ts`. What takes more than one step (starting, adding, ending threads) is guarded by one async-mutex, so that
 * no two of them overlap.
 */
import { Mutex as AsyncMutex } from 'async-mutex';
import { load } from '../memory/atomics.ts';
import { BUSY_MACHINES } from '../memory/layout.ts';
import { blockingSize } from '../scheduler/blocking-queue.ts';
import { clearInterval, LONGEST_TIMEOUT, setInterval } from '../scheduler/real-timers.ts';
import type { ThreadPool } from '../threads/pool.ts';

export const lifecycle = new AsyncMutex();

/** Does something under the mutex, and the process does not end before: what it waits for (threads, who holds the mutex) keeps none. */
export async function keepingProcess(work: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => undefined, LONGEST_TIMEOUT);
  try {
    await lifecycle.runExclusive(work);
  } finally {
    clearInterval(timer);
  }
}

class Life {
  /** There is an arena, and this thread is machine 0. */
  usable = false;
  /** Goroutines were started, and were not stopped since. */
  threadsWanted = false;
  /** Names this arena on all threads. */
  runtimeId = '';
  /** The machine numbers of the workers of this start. */
  machines: number[] = [];
  /** The threads, once they have come. */
  pool: ThreadPool | null = null;
  endMonitor: (() => Promise<void>) | null = null;
  /** Keeps the process for the workers' sake; null without any. */
  private keepAlive: NodeJS.Timeout | null = null;

  /** There are workers, and they have something to do. */
  hold(): void {
    this.keepAlive ??= setInterval(() => undefined, LONGEST_TIMEOUT);
    this.keepAlive.ref();
  }

  /** If there are workers, they have something to do. */
  holdAgain(): void {
    this.keepAlive?.ref();
  }

  /** The workers keep the process only while they have something to do. */
  holdWhileBusy(): void {
    if (this.keepAlive === null) return;
    if (load(BUSY_MACHINES) === 0 && blockingSize() === 0) this.keepAlive.unref();
    else this.keepAlive.ref();
  }

  /** There are no workers any more. */
  letGo(): void {
    if (this.keepAlive !== null) clearInterval(this.keepAlive);
    this.keepAlive = null;
  }
}

export const life = new Life();
