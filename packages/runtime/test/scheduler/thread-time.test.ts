/** What the kernel tells of a thread: on Linux; elsewhere that it tells nothing. */
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { ownKernelThread, runTimeOf, wantsToRun } from '../../src/scheduler/thread-time.ts';

const NOBODY = 2 ** 30;
const linux = process.platform === 'linux';

/** A thread that spins until its word is not 0, then sleeps until it is 2, with its number in the second word. */
const program = `
  const { workerData } = require('node:worker_threads');
  const { readlinkSync } = require('node:fs');
  const words = new Int32Array(workerData);
  Atomics.store(words, 1, Number(readlinkSync('/proc/thread-self').split('/').pop()));
  while (Atomics.load(words, 0) === 0);
  while (Atomics.load(words, 0) === 1) Atomics.wait(words, 0, 1);
`;

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

it.runIf(linux)('tells a thread that runs from one that sleeps', async () => {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(program, { eval: true, workerData: words.buffer });
  await until(() => Atomics.load(words, 1) !== 0);
  const thread = words[1]!;
  // Not at once: what spins may still wait for a page or a lock of V8's, since it has only begun.
  await until(() => wantsToRun(thread));
  const before = runTimeOf(thread)!;
  await until(() => runTimeOf(thread)! >= before + 20);
  Atomics.store(words, 0, 1);
  await until(() => !wantsToRun(thread));
  Atomics.store(words, 0, 2);
  Atomics.notify(words, 0);
  await new Promise((resolve) => worker.once('exit', resolve));
});

it.runIf(linux)('knows the calling thread', () => {
  expect(readFileSync(`/proc/self/task/${ownKernelThread()}/stat`, 'latin1')).toContain(' R ');
});

it('tells nothing of a thread that is not there', () => {
  expect([runTimeOf(NOBODY), wantsToRun(NOBODY)]).toEqual([undefined, true]);
});
