// Pure computing, and the sample every contender takes of it: once alone, then twice at once.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { since } from '../harness/clock.ts';
import type { Sample } from '../harness/protocol.ts';

/** A xorshift generator stepped so many times: integer arithmetic, no memory, nothing to optimise away. */
export function burn(steps: number): number {
  let state = 2_463_534_242 | 0;
  for (let step = 0; step < steps; step++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  return state >>> 0;
}

export async function scalingSample(size: number, start: (size: number) => PromiseLike<number>): Promise<Sample> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await turnsOfTheLoop();

  const began = performance.now();
  await start(size);
  const one = since(began);

  const beganTwo = performance.now();
  const [left, right] = await Promise.all([start(size), start(size)]);
  const two = since(beganTwo);

  await turnsOfTheLoop();
  delay.disable();
  return {
    nanoseconds: two / 2,
    result: left + right,
    metrics: { scaling: (2 * one) / two, delay: delay.percentile(99) / 1e6 },
  };
}

/** The watch's own timer must have fired before the work, and once more after it, or a blocked loop is not recorded. */
export function turnsOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
