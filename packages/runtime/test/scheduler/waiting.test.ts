/** Waiters, their queues, the inbox, timers and tuples, on one thread. */
import { beforeEach, describe, expect, it } from 'vitest';
import { clear } from '../../src/codec/cell.ts';
import { arena } from '../../src/memory/arena.ts';
import {
  OPERATION_JOIN,
  RECORD_JOINERS,
  RESULT_DONE,
  RESULT_REFUSED,
  RESULT_WAITS,
  STATUS_DONE,
  UNCLAIMED,
  WAITER_CASE,
  WAITER_CLAIM,
  WAITER_CLAIM_WORD,
  WAITER_MACHINE,
  WAITER_NEXT,
  WAITER_SLOT,
} from '../../src/memory/blocks.ts';
import { completeRecord, drive, withdraw } from '../../src/memory/core.ts';
import { createArena } from '../../src/memory/create.ts';
import { allocate, usage } from '../../src/memory/heap.ts';
import {
  KIND_RING,
  MACHINE_INBOX,
  MACHINE_STATE,
  MACHINE_STATE_AWAKE,
  MACHINE_STATE_LOST,
  MACHINE_STATE_POLLING,
  machineBase,
} from '../../src/memory/layout.ts';
import { attachMachine } from '../../src/scheduler/attach.ts';
import { createRecord } from '../../src/scheduler/goroutine.ts';
import { drainInbox, inboxIsEmpty, readyAll, sendToInbox } from '../../src/scheduler/inbox.ts';
import { machine, type Waiting } from '../../src/scheduler/machine.ts';
import { addTimer, clearTimers, fireTimers, hasTimers, removeTimer, type Timer } from '../../src/scheduler/timers.ts';
import { decodeTuple, dropTuple, encodeTuple } from '../../src/scheduler/tuple.ts';
import { freeWaiter, reserveWaiter, spareWaiter, takeSpare, takeWaiter } from '../../src/scheduler/waiter.ts';

function newWaiter(owner = 0, slot = 0): number {
  reserveWaiter();
  return takeWaiter(owner, slot);
}

/** A chain of one. */
function alone(waiter: number): number {
  arena.words[waiter + WAITER_NEXT] = 0;
  return waiter;
}

beforeEach(() => {
  createArena(8 * 1024 * 1024);
  attachMachine(0);
});

/** The core's waiting queues, seen through the joiners of a goroutine: they are taken all at once, at its end. */
describe('waiting queue', () => {
  /** A goroutine that has not ended. */
  const newRecord = (): number => createRecord(0, 0);

  const join = (record: number): number => {
    expect(drive(OPERATION_JOIN, record, spareWaiter(), 0)).toBe(RESULT_WAITS);
    return takeSpare();
  };

  const served = (record: number): number[] => {
    const chain: number[] = [];
    for (let waiter = completeRecord(record, STATUS_DONE); waiter !== 0; waiter = arena.words[waiter + WAITER_NEXT]!)
      chain.push(waiter);
    return chain;
  };

  it('is first come, first served', () => {
    const record = newRecord();
    const waiters = Array.from({ length: 5 }, () => join(record));
    expect(served(record)).toEqual(waiters);
    expect([arena.words[record + RECORD_JOINERS], arena.words[record + RECORD_JOINERS + 1]]).toEqual([0, 0]);
    expect(served(record)).toEqual([]);
  });

  it.each([0, 1, 2])('lets one go from place %i, once', (place) => {
    const record = newRecord();
    const waiters = [join(record), join(record), join(record)];
    expect(withdraw(OPERATION_JOIN, record, waiters[place]!)).toBe(RESULT_DONE);
    expect(withdraw(OPERATION_JOIN, record, waiters[place]!)).toBe(RESULT_REFUSED);
    const left = waiters.filter((_, index) => index !== place);
    const last = join(record);
    expect(served(record)).toEqual([...left, last]);
  });

  it('passes over those who were served elsewhere: one claim for all cases of a select', () => {
    const [one, other] = [newRecord(), newRecord()];
    const [first, plain, second] = [join(one), join(one), join(other)];
    arena.words[first + WAITER_CLAIM_WORD] = UNCLAIMED;
    for (const [index, waiter] of [first, second].entries()) {
      arena.words[waiter + WAITER_CLAIM] = first + WAITER_CLAIM_WORD;
      arena.words[waiter + WAITER_CASE] = index + 1;
    }
    expect(served(other)).toEqual([second]);
    expect(arena.words[first + WAITER_CLAIM_WORD]).toBe(2);
    expect(served(one)).toEqual([plain]);
  });

  it('passes over those whose thread was lost', () => {
    const record = newRecord();
    const [lost, here] = [join(record), join(record)];
    arena.words[lost + WAITER_MACHINE] = 3;
    arena.words[machineBase(3) + MACHINE_STATE] = MACHINE_STATE_LOST;
    expect(served(record)).toEqual([here]);
  });
});

describe('inbox', () => {
  it('wakes in the order in which the wake-ups came in', () => {
    arena.words[machine.base + MACHINE_STATE] = MACHINE_STATE_AWAKE;
    const woken: number[] = [];
    for (let index = 0; index < 10; index++) {
      const waiting: Waiting = { slot: -1, entered: () => undefined, abandon: () => undefined, wake: () => woken.push(index) };
      const waiter = newWaiter(0, machine.slotOf(waiting));
      sendToInbox(0, waiter);
    }
    expect(inboxIsEmpty()).toBe(false);
    expect(woken).toEqual([]);
    drainInbox();
    expect(woken).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(inboxIsEmpty()).toBe(true);
    drainInbox();
    expect(woken.length).toBe(10);
  });

  it('is not needed for a waiter of this thread, and is of its owner for another', () => {
    let woken = 0;
    const waiting: Waiting = { slot: -1, entered: () => undefined, abandon: () => undefined, wake: () => woken++ };
    readyAll(alone(newWaiter(0, machine.slotOf(waiting))));
    expect(woken).toBe(1);
    arena.words[machineBase(5) + MACHINE_STATE] = MACHINE_STATE_POLLING;
    const waiter = newWaiter(5, 7);
    readyAll(alone(waiter));
    expect(woken).toBe(1);
    expect(arena.words[machineBase(5) + MACHINE_INBOX]).toBe(waiter);
    expect(arena.words[machineBase(5) + MACHINE_STATE]).toBe(MACHINE_STATE_AWAKE);
    expect(arena.words[waiter + WAITER_SLOT]).toBe(7);
  });

  it('gives entries of the table again when they are free', () => {
    const make = (): Waiting => ({ slot: -1, entered: () => undefined, abandon: () => undefined, wake: () => undefined });
    const [a, b, c] = [make(), make(), make()];
    const slot = machine.slotOf(a!);
    expect(machine.slotOf(a!)).toBe(slot);
    expect(machine.slotOf(b!)).not.toBe(slot);
    machine.freeSlot(a!);
    expect(a!.slot).toBe(-1);
    expect(machine.slotOf(c!)).toBe(slot);
    expect(machine.entries[slot]).toBe(c);
  });

  it('keeps one waiter at hand and gives the others back', () => {
    const before = usage().get('waiters') ?? 0;
    const waiters = [newWaiter(), newWaiter(), newWaiter()];
    for (const waiter of waiters) freeWaiter(waiter);
    expect((usage().get('waiters') ?? 0) - before).toBeLessThanOrEqual(64);
  });
});

describe('timers', () => {
  class TestTimer implements Timer {
    position = -1;
    readonly due: number;
    readonly fired: number[];
    constructor(due: number, fired: number[]) {
      this.due = due;
      this.fired = fired;
    }
    fire(): void {
      this.fired.push(this.due);
    }
  }

  it('fire in the order in which they are due, and not before', () => {
    const fired: number[] = [];
    const timers = Array.from({ length: 500 }, (_, index) => new TestTimer(1e12 + ((index * 7919) % 500), fired));
    for (const timer of timers) addTimer(timer);
    expect(machine.pending).toBe(500);
    for (const timer of timers) if (timer.due % 3 === 0) removeTimer(timer);
    removeTimer(timers[0]!);
    removeTimer(timers[0]!);
    fireTimers(1e12 - 1);
    expect(fired).toEqual([]);
    fireTimers(1e12 + 249);
    const expected = timers
      .filter((timer) => timer !== timers[0] && timer.due % 3 !== 0)
      .map(({ due }) => due)
      .sort((a, b) => a - b);
    expect(fired).toEqual(expected.filter((due) => due <= 1e12 + 249));
    fireTimers(1e13);
    expect(fired).toEqual(expected);
    expect(hasTimers()).toBe(false);
    expect(machine.pending).toBe(0);
  });

  it('may be added while others fire', () => {
    const fired: number[] = [];
    const second = new TestTimer(1e12, fired);
    const first: Timer = { due: 1e12, position: -1, fire: () => addTimer(second) };
    addTimer(first);
    fireTimers(1e12);
    expect(fired).toEqual([1e12]);
    clearTimers();
    expect(hasTimers()).toBe(false);
  });
});

describe('tuple', () => {
  const shared = { shared: true };
  it.each([
    [[]],
    [[1]],
    [['a text that does not fit into a cell']],
    [[1, 'two', null, undefined, 5n]],
    [[{ one: 'object' }, 2, 3]],
    [['a text that does not fit into a cell', 'nor does this']],
    [[{ two: shared }, [shared]]],
    // Their count is part of the form.
    [Array.from({ length: 70_000 }, (_, index) => index)],
    [Array.from({ length: 70_000 }, (_, index) => ({ index }))],
    [Array.from({ length: 140_000 }, (_, index) => [index])],
  ])('gives back what was put in, and holds nothing afterwards (%#)', (values) => {
    const cell = allocate(KIND_RING, 8) >> 1;
    clear(cell);
    const before = Object.fromEntries(usage());
    const form = encodeTuple(values, cell, 'pass to go');
    expect(decodeTuple(cell, form)).toEqual(values);
    expect(decodeTuple(cell, form)).toEqual(values);
    dropTuple(cell, form);
    expect(Object.fromEntries(usage())).toEqual(before);
  });

  it('keeps what two values share shared', () => {
    const cell = allocate(KIND_RING, 8) >> 1;
    const form = encodeTuple([shared, { again: shared }], cell, 'pass to go');
    const [first, second] = decodeTuple(cell, form) as [object, { again: object }];
    expect(second.again).toBe(first);
    dropTuple(cell, form);
  });

  it('holds nothing when one of the values cannot be copied', () => {
    const cell = allocate(KIND_RING, 8) >> 1;
    clear(cell);
    const before = Object.fromEntries(usage());
    for (const values of [
      [Symbol('no')],
      [1, 'a text that does not fit', Symbol('no')],
      ['a text that does not fit', Symbol('no')],
      [{ a: 1 }, { b: Symbol('no') }],
    ]) {
      expect(() => encodeTuple(values, cell, 'pass to go')).toThrow(/cannot pass to go/);
      expect(Object.fromEntries(usage())).toEqual(before);
    }
  });
});
