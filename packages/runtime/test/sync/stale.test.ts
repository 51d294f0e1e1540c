/** Objects of a runtime that this thread has left for another one. */
import { expect, it } from 'vitest';
import { RuntimeStateError } from '../../src/errors.ts';
import { createArena } from '../../src/memory/create.ts';
import { attachMachine } from '../../src/scheduler/attach.ts';
import { chan } from '../../src/sync/channel.ts';
import { Mutex } from '../../src/sync/mutex.ts';

it('are refused before anything is done with memory that is another one by now', () => {
  createArena(8 * 1024 * 1024);
  attachMachine(0);
  const channel = chan<number>(1);
  const mutex = new Mutex();
  expect([channel.trySend(1), mutex.tryLock()]).toEqual([true, true]);
  createArena(8 * 1024 * 1024);
  attachMachine(0);
  const uses = [() => channel.send(2), () => channel.recv(), () => channel.tryRecv(), () => mutex.lock(), () => mutex.unlock()];
  for (const use of uses) expect(use).toThrow(RuntimeStateError);
  expect(chan<number>(1).trySend(1)).toBe(true);
});
