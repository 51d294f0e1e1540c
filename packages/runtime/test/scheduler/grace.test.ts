/** When a thief may take the last goroutines of a queue. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createArena } from '../../src/memory/create.ts';
import { release } from '../../src/memory/heap.ts';
import { attachMachine } from '../../src/scheduler/attach.ts';
import { createRecord } from '../../src/scheduler/goroutine.ts';
import { graceIsOver } from '../../src/scheduler/grace.ts';
import { LocalQueue } from '../../src/scheduler/run-queue.ts';

const newRecord = (): number => createRecord(0, 0, 1);
let queue: LocalQueue;

beforeEach(() => {
  createArena(8 * 1024 * 1024);
  attachMachine(0);
  queue = new LocalQueue(1);
});

/** Looks until it is over; a queue that nobody touches gets there. */
function untilOver(): void {
  while (!graceIsOver(1));
}

describe('the last few of a queue', () => {
  it.each<[string, () => void]>([
    ['the ring', () => queue.push(newRecord())],
    ['the next slot', () => queue.pushNext(newRecord())],
  ])('may be taken when they have stood in %s for a while', (_, push) => {
    push();
    expect(graceIsOver(1)).toBe(false);
    untilOver();
  });

  it.each<[string, () => void]>([
    ['another came', () => queue.push(newRecord())],
    ['the owner has taken one', () => void queue.pop()],
    ['another stands in the next slot', () => queue.pushNext(newRecord())],
  ])('have another while when %s', (_, change) => {
    queue.push(newRecord());
    queue.push(newRecord());
    untilOver();
    change();
    expect(graceIsOver(1)).toBe(false);
    untilOver();
  });

  it('are told apart where a new goroutine has the record of one that has ended', () => {
    const record = newRecord();
    queue.pushNext(record);
    untilOver();
    queue.pop();
    release(record);
    expect(newRecord()).toBe(record);
    queue.pushNext(record);
    expect(graceIsOver(1)).toBe(false);
  });
});
