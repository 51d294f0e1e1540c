/**
 * The mutex of the core, one atomic step at a time: a second thread does what it has to do between any two steps of a first
 * one that unlocks. Both are played by this thread: two instances of the core over one memory, built so that each tells
 * before an atomic operation.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { compileCore } from '../../build.mjs';
import { arena } from '../../src/memory/arena.ts';
import {
  HOLDER_UNKNOWN,
  MUTEX_HELD,
  MUTEX_LOCK,
  MUTEX_WORDS,
  OPERATION_LOCK,
  OPERATION_WATCH_MUTEX,
  OUTCOME_DONE,
  OUTCOME_NONE,
  RESULT_DONE,
  RESULT_WAITS,
  WAITER_OUTCOME,
  WAITER_WORDS,
} from '../../src/memory/blocks.ts';
import { createArena } from '../../src/memory/create.ts';
import { allocate } from '../../src/memory/heap.ts';
import { KIND_MUTEX, KIND_WAITER, MACHINE_INBOX, machineBase } from '../../src/memory/layout.ts';

const home = fileURLToPath(new URL('../..', import.meta.url));
const [HOLDER, WAITING] = [1, 2];
let holder: any;
let waiting: any;
/** Called before each atomic operation of the holder. */
let step: () => void = () => undefined;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'goroutines-'));
  for (const part of ['core', 'src/memory']) cpSync(join(home, part), join(folder, part), { recursive: true });
  const source = readFileSync(join(home, 'core/memory.ts'), 'utf8').replace(
    /\{\n {2}(?=(return )?atomic\.)/g,
    '{\n  step();\n  ',
  );
  const declared = '// @ts-ignore: decorator\n@external("env", "step")\ndeclare function step(): void;\n';
  writeFileSync(join(folder, 'core/memory.ts'), source + declared);
  await compileCore(join(folder, 'core'), join(folder, 'core.wasm'));
  const module = new WebAssembly.Module(readFileSync(join(folder, 'core.wasm')));
  rmSync(folder, { recursive: true });

  const memory = createArena(64 * 1024 * 1024);
  const thread = (machine: number, stepped: () => void): any => {
    const unused = (): void => undefined;
    const env = { memory: memory as unknown as WebAssembly.Memory, step: stepped, waitWhile: unused, sending: unused };
    const { exports } = new WebAssembly.Instance(module, { env }) as any;
    exports.initialize(machine);
    return exports;
  };
  holder = thread(HOLDER, () => step());
  waiting = thread(WAITING, () => undefined);
});

function newWaiter(): number {
  return allocate(KIND_WAITER, WAITER_WORDS * 4);
}

/** The thread of the one that waits sees that it was woken; whether it was. */
function woken(): boolean {
  const inbox = machineBase(WAITING) + MACHINE_INBOX;
  const was = arena.words[inbox] !== 0;
  arena.words[inbox] = 0;
  return was;
}

function unlockAndLockAgain(mutex: number): void {
  holder.unlockMutex(mutex);
  expect(woken()).toBe(true);
  expect(holder.tryLockMutex(mutex, HOLDER)).toBe(RESULT_DONE);
}

/** A mutex that is held, and a waiter on its way to it that was passed over before: once more, and it is handed over to it. */
function passedOver(): { mutex: number; waiter: number } {
  const mutex = allocate(KIND_MUTEX, MUTEX_WORDS * 4);
  arena.words.fill(0, mutex, mutex + MUTEX_WORDS);
  const waiter = newWaiter();
  expect(holder.lockMutex(mutex, newWaiter(), 1, HOLDER)).toBe(RESULT_DONE);
  expect(waiting.lockMutex(mutex, waiter, 1, WAITING)).toBe(RESULT_WAITS);
  unlockAndLockAgain(mutex);
  expect(waiting.retryLock(mutex, waiter)).toBe(RESULT_WAITS);
  unlockAndLockAgain(mutex);
  return { mutex, waiter };
}

/** Unlocks, and before the step of that number does something else, if the mutex's lock is free then. Returns how many steps it took. */
function unlockWith(mutex: number, number: number, other: () => void): number {
  let steps = 0;
  step = () => {
    if (++steps === number && arena.words[mutex + MUTEX_LOCK] === 0) other();
  };
  holder.unlockMutex(mutex);
  step = () => undefined;
  return steps;
}

/** Tries each step of the unlocking in turn: before it, the waiter finds the mutex taken or free. What it found is told. */
function atEachStep(
  then: (mutex: number, waiter: number, result: number) => void,
  check: (mutex: number, waiter: number, result: number) => void,
): void {
  const results = new Set<number>();
  for (let number = 1, steps = 1; number <= steps; number++) {
    const { mutex, waiter } = passedOver();
    let result: number | undefined;
    steps = unlockWith(mutex, number, () => {
      result = waiting.retryLock(mutex, waiter);
      then(mutex, waiter, result!);
    });
    if (result === undefined) continue; // The unlocking one was under the lock.
    results.add(result);
    check(mutex, waiter, result);
  }
  expect(results).toEqual(new Set([RESULT_WAITS, RESULT_DONE]));
}

it.each([
  { leaves: 'cancelled itself', leave: (mutex: number, waiter: number) => waiting.withdraw(OPERATION_LOCK, mutex, waiter) },
  { leaves: 'sent away', leave: (mutex: number) => waiting.cancelMutex(mutex) },
])('a waiter that is passed over for the last time leaves, $leaves: the mutex is free', ({ leave }) => {
  atEachStep(
    (mutex, waiter, result) => {
      if (result !== RESULT_WAITS) return;
      leave(mutex, waiter);
      waiting.takeServed();
    },
    (mutex, _, result) => {
      if (result === RESULT_DONE) waiting.unlockMutex(mutex);
      expect(arena.words[mutex + MUTEX_HELD]).toBe(0);
      expect(waiting.poll(OPERATION_LOCK, mutex, newWaiter())).toBe(RESULT_DONE);
    },
  );
});

it('a waiter that is passed over for the last time gets the mutex, if not by this unlocking then by the next', () => {
  let woke = 0;
  atEachStep(
    () => undefined,
    (mutex, waiter, result) => {
      if (result === RESULT_DONE) return;
      if (arena.words[mutex + MUTEX_HELD] === 0) {
        woke++;
        // It was woken once more, and somebody else comes first.
        expect(woken()).toBe(true);
        expect(holder.tryLockMutex(mutex, HOLDER)).toBe(RESULT_DONE);
        expect(waiting.retryLock(mutex, waiter)).toBe(RESULT_WAITS);
        holder.unlockMutex(mutex);
      }
      expect(arena.words[mutex + MUTEX_HELD]).toBe(HOLDER_UNKNOWN);
      expect(arena.words[waiter + WAITER_OUTCOME]).toBe(OUTCOME_DONE);
    },
  );
  expect(woke).toBeGreaterThan(0);
});

it('a watcher lets one go first who is on its way, whoever unlocks meanwhile', () => {
  let watched = 0;
  atEachStep(
    () => undefined,
    (mutex, waiter, result) => {
      if (result === RESULT_DONE || arena.words[mutex + MUTEX_HELD] !== 0) return;
      watched++;
      const watcher = newWaiter();
      expect(waiting.drive(OPERATION_WATCH_MUTEX, mutex, watcher, 2)).toBe(RESULT_WAITS);
      expect(holder.tryLockMutex(mutex, HOLDER)).toBe(RESULT_DONE);
      holder.unlockMutex(mutex);
      expect(arena.words[watcher + WAITER_OUTCOME]).toBe(OUTCOME_NONE);
      expect(waiting.retryLock(mutex, waiter)).toBe(RESULT_DONE);
      waiting.unlockMutex(mutex);
      waiting.takeServed();
      expect(arena.words[watcher + WAITER_OUTCOME]).toBe(OUTCOME_DONE);
    },
  );
  expect(watched).toBeGreaterThan(0);
});
