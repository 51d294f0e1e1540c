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
