// One clock for every Node contender: performance.now() is the same on every thread up to its origin, so a duration is
// always taken on one thread.
import type { Sample } from './protocol.ts';

/** Runs the work once and takes its time. */
export async function timed(work: () => number | PromiseLike<number>): Promise<Sample> {
  const start = performance.now();
  const result = await work();
  return { nanoseconds: since(start), result };
}

/** Nanoseconds since `start`, a value of performance.now() of the same thread. */
export function since(start: number): number {
  return (performance.now() - start) * 1e6;
}

/** Runs the work once and takes the processor time of the whole process, which other programs disturb less. */
export async function spent(work: () => number | PromiseLike<number>): Promise<Sample> {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  return { nanoseconds: (user + system) * 1000, result };
}
