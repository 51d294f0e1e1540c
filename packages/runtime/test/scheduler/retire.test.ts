/** A machine that has agreed to end, on one thread. */
import { expect, it } from 'vitest';
import { createArena } from '../../src/memory/create.ts';
import { attachMachine } from '../../src/scheduler/attach.ts';
import { installLoop, retireMachine } from '../../src/scheduler/loop.ts';
import { machine } from '../../src/scheduler/machine.ts';
import { setImmediate } from '../../src/scheduler/real-timers.ts';
import { LocalQueue } from '../../src/scheduler/run-queue.ts';
import { schedule } from '../../src/scheduler/schedule.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('runs no slice that was due when it agreed', async () => {
  createArena(8 * 1024 * 1024);
  attachMachine(1);
  machine.queue = new LocalQueue(1);
  let slices = 0;
  installLoop({ afterSlice: () => slices++ });
  while (!machine.asleep) await turn();
  schedule(); // As when somebody has woken it, and it has heard of that.
  const before = slices;
  expect(retireMachine()).toBe(true);
  await turn();
  await turn();
  expect(slices).toBe(before);
});
