/** When a machine leaves unstarted goroutines to another, as it is seen on one thread. */
import { beforeEach, expect, it } from 'vitest';
import { arena } from '../../src/memory/arena.ts';
import { createArena } from '../../src/memory/create.ts';
import { MACHINE_COUNT, MACHINE_PINNED, MACHINE_SEARCHING, machineBase, SEARCHING } from '../../src/memory/layout.ts';
import { attachMachine } from '../../src/scheduler/attach.ts';
import { shouldLeaveToOthers } from '../../src/scheduler/balance.ts';
import { machine } from '../../src/scheduler/machine.ts';

beforeEach(() => {
  createArena(8 * 1024 * 1024);
  attachMachine(1);
  arena.words[MACHINE_COUNT] = 3;
  machine.pinned = 10;
});

/** Machine 2 looks for work, or has found some. */
function other(searches: boolean, pinned = 0): void {
  arena.words[SEARCHING] = searches ? 1 : 0;
  arena.words[machineBase(2) + MACHINE_SEARCHING] = searches ? 1 : 0;
  arena.words[machineBase(2) + MACHINE_PINNED] = pinned;
}

function untilImpatient(): void {
  while (shouldLeaveToOthers());
}

it('leaves them to one that is idle and has clearly fewer, for a while', () => {
  other(true);
  expect(shouldLeaveToOthers()).toBe(true);
  untilImpatient();
  expect(shouldLeaveToOthers()).toBe(false);
});

it.each<[string, () => void]>([
  ['is not idle', () => other(false)],
  ['has as many', () => other(true, 9)],
])('does not where the other %s, and has patience again after that', (_, change) => {
  other(true);
  untilImpatient();
  change();
  expect(shouldLeaveToOthers()).toBe(false);
  other(true);
  expect(shouldLeaveToOthers()).toBe(true);
  untilImpatient();
});

it('has patience again where it was not asked for a while, as while nobody is idle', () => {
  other(true);
  untilImpatient();
  const since = performance.now();
  while (performance.now() - since <= 1); // What is measured is the time between two questions.
  expect(shouldLeaveToOthers()).toBe(true);
  untilImpatient();
});
