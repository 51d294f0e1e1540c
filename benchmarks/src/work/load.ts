// A load of computing: so many tasks of so many steps, and what it does to the loop of the thread that waits for them.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { since, timed } from '../harness/clock.ts';
import type { Sample } from '../harness/protocol.ts';
import { turnsOfTheLoop } from './cpu.ts';

export type StartTask = (steps: number) => PromiseLike<number>;

/** All tasks in flight at once; the result is the sum of theirs. */
export async function allTasks(tasks: number, steps: number, start: StartTask): Promise<number> {
  const started: PromiseLike<number>[] = [];
  for (let task = 0; task < tasks; task++) started.push(start(steps));
  let sum = 0;
  for (const task of started) sum += await task;
  return sum;
}

export function loadSample(tasks: number, steps: number, start: StartTask): Promise<Sample> {
  return timed(() => allTasks(tasks, steps, start));
}

/** The same with the delays of the event loop meanwhile, in milliseconds. */
export async function delaySample(work: () => Promise<number>): Promise<Sample> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await turnsOfTheLoop();
  const began = performance.now();
  const result = await work();
  const nanoseconds = since(began);
  await turnsOfTheLoop();
  delay.disable();
  const milliseconds = (percentile: number) => delay.percentile(percentile) / 1e6;
  return {
    nanoseconds,
    result,
    metrics: { p50: milliseconds(50), p99: milliseconds(99), max: delay.max / 1e6 },
  };
}
