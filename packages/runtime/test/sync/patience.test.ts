/** What becomes of a wait that another thread ends while this one looks. The other thread is a plain worker here. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PendingValue } from '../../src/codec/pending.ts';
import { arena } from '../../src/memory/arena.ts';
import { WAITER_WATCH, WATCH_NOT, WATCH_SERVED, WATCH_WATCHED } from '../../src/memory/blocks.ts';
import { createArena } from '../../src/memory/create.ts';
import { attachMachine } from '../../src/scheduler/attach.ts';
import type { EventLog } from '../../src/scheduler/events.ts';
import { machine, type Waiting } from '../../src/scheduler/machine.ts';
import type { SelectableOperation } from '../../src/scheduler/operation.ts';
import type { Task } from '../../src/scheduler/task.ts';
import { takeWaiter } from '../../src/scheduler/waiter.ts';
import { endsSoon, Faith } from '../../src/sync/patience.ts';

let serving: Worker;
let waiter: number;

/** Serves the waiter whenever it is watched, as the core would. */
const serve = `
  const { parentPort, workerData: { words, watch, watched, served } } = require('node:worker_threads');
  parentPort.postMessage('begins');
  while (Atomics.load(words, watch) !== -1) Atomics.compareExchange(words, watch, watched, served);
`;

beforeEach(async () => {
  createArena(8 * 1024 * 1024);
  attachMachine(1);
  machine.current = {} as Task;
  waiter = takeWaiter(1, 0);
  arena.words[waiter + WAITER_WATCH] = WATCH_NOT;
  const workerData = { words: arena.words, watch: waiter + WAITER_WATCH, watched: WATCH_WATCHED, served: WATCH_SERVED };
  serving = new Worker(serve, { eval: true, workerData });
  await once(serving, 'message');
});

afterEach(async () => {
  machine.current = null;
  machine.ready.shift();
  machine.events = null;
  Atomics.store(arena.words, waiter + WAITER_WATCH, -1);
  await once(serving, 'exit');
});

/** Calls `endsSoon` until the waiter was served meanwhile; what it returned or threw then. */
function whenServed(operation: SelectableOperation<unknown>, waiting: Waiting): unknown {
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    Atomics.store(arena.words, waiter + WAITER_WATCH, WATCH_NOT);
    const ends = endsSoon(operation, waiting);
    if (Atomics.load(arena.words, waiter + WAITER_WATCH) === WATCH_SERVED) return ends;
    expect(ends).toBe(false);
  }
  return expect.fail('it was never served');
}

/** Of an operation and of who waits, what is used here. */
const operation = (end: () => boolean) => ({ waiter, end }) as SelectableOperation<unknown>;
const waiting = (wake: () => void) => ({ slot: 0, wake }) as Waiting;

it('ends the operation at once, and nobody is woken', () => {
  let ended = 0;
  const ends = whenServed(
    operation(() => ++ended > 0),
    waiting(() => expect.fail('it was not parked')),
  );
  expect({ ends, ended }).toEqual({ ends: true, ended: 1 });
});

it('throws what the operation throws', () => {
  const failing = operation(() => {
    throw new RangeError('refused');
  });
  expect(() =>
    whenServed(
      failing,
      waiting(() => undefined),
    ),
  ).toThrow(new RangeError('refused'));
});

it('leaves it waiting for a value that cannot be made yet, and wakes it for that', async () => {
  let makeReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    makeReady = resolve;
  });
  const pending = operation(() => {
    throw new PendingValue('a function', ready);
  });
  let woken = 0;
  expect(
    whenServed(
      pending,
      waiting(() => woken++),
    ),
  ).toBe(false);
  await Promise.resolve();
  expect({ woken, pending: machine.pending }).toEqual({ woken: 0, pending: 1 });
  makeReady();
  await ready;
  expect({ woken, pending: machine.pending }).toEqual({ woken: 1, pending: 0 });
});

it('lets a wait be one now and then, however often one ends soon', () => {
  let streak = 0;
  let longest = 0;
  const ends = operation(() => true);
  const parked = waiting(() => undefined);
  for (let ended = 0, end = Date.now() + 20_000; ended < 4000; ) {
    if (Date.now() > end) expect.fail('it was not served often enough');
    Atomics.store(arena.words, waiter + WAITER_WATCH, WATCH_NOT);
    if (endsSoon(ends, parked)) {
      ended++;
      longest = Math.max(longest, ++streak);
    } else streak = 0;
  }
  expect(longest).toBeLessThanOrEqual(256);
});

it.each([
  ['on the main thread', () => attachMachine(0)],
  [
    'for async code',
    () => {
      machine.current = null;
    },
  ],
  ['while another goroutine could run', () => machine.ready.push({} as Task)],
  [
    'while events are told',
    () => {
      machine.events = {} as EventLog;
    },
  ],
])('does not look %s', (_, prepare) => {
  prepare();
  const never = operation(() => expect.fail('it has not waited'));
  for (let round = 0; round < 200; round++) {
    expect(
      endsSoon(
        never,
        waiting(() => undefined),
      ),
    ).toBe(false);
    expect(Atomics.load(arena.words, waiter + WAITER_WATCH)).toBe(WATCH_NOT);
  }
});

it('is given up after eight looks in vain, tried now and then, and there again with the first that is not', () => {
  const faith = new Faith();
  const next = (count: number) => Array.from({ length: count }, () => faith.allows()).filter(Boolean).length;
  for (let look = 0; look < 8; look++) {
    expect(faith.allows()).toBe(true);
    faith.note(false);
  }
  expect([next(63), next(1), next(640)]).toEqual([0, 1, 10]);
  faith.note(true);
  expect(next(100)).toBe(100);
});
