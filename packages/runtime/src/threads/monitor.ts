/**
 * Starts and ends the monitor's thread. No Piscina: there is one, its only task lasts as long as the thread, and it must not
 * keep the process alive.
 */
import { Worker } from 'node:worker_threads';
import { throwUncaught } from '../fatal.ts';
import { memory } from '../memory/arena.ts';
import { coreModule } from '../memory/core.ts';

/** Returns what ends it. */
export function startMonitor(): () => Promise<void> {
  const worker = new Worker(new URL('../sysmon-worker.js', import.meta.url), {
    workerData: { memory, core: coreModule() },
    execArgv: [],
    name: 'goroutines monitor',
  });
  worker.on('error', throwUncaught);
  worker.unref();
  return async () => {
    await worker.terminate();
  };
}
