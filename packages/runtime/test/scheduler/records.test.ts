/** Records of goroutines, which the core makes and gives back, on one thread; several threads are in `test/stress`. */
import { beforeEach, describe, expect, it } from 'vitest';
import { encode } from '../../src/codec/encode.ts';
import { arena } from '../../src/memory/arena.ts';
import { RECORD_CLASS, RECORD_WORDS } from '../../src/memory/blocks.ts';
import { createArena } from '../../src/memory/create.ts';
import { bytesOfClass, generationOf, kindOf, release, usage } from '../../src/memory/heap.ts';
import { BLOCK_HEADER_WORDS, BLOCK_REFERENCES, CLASS_BATCHES, KIND_GOROUTINE } from '../../src/memory/layout.ts';
import { forEachLiving } from '../../src/memory/walk.ts';
import { attachMachine } from '../../src/scheduler/attach.ts';
import { completeWithError, completeWithValue } from '../../src/scheduler/complete.ts';
import {
  argumentsOf,
  capturesOf,
  createRecord,
  DONE,
  dropValues,
  JOINED,
  NAME,
  putArguments,
  putCaptures,
  STATUS,
} from '../../src/scheduler/goroutine.ts';
import { Chan, chan } from '../../src/sync/channel.ts';

const array = [1, 'two', { three: 3 }];
/** By what they need: cells of the record, blocks of their own, a block of cells. */
const lists: Record<string, () => unknown[]> = {
  nothing: () => [],
  'a number': () => [1],
  'a short text': () => ['short'],
  'a long text': () => ['a text that has a block of its own'],
  'a channel': () => [chan()],
  'an object': () => [{ a: 1 }],
  'two numbers': () => [1, 2],
  'a channel and two numbers': () => [chan(), -0.5, 2],
  'two numbers and a channel': () => [1, 2, chan()],
  'a text and an object': () => ['a text that has a block of its own', array],
  'two objects': () => [array, { array }],
  'four values': () => [chan(), 'a text that has a block of its own', array, 4],
};

let before: Map<string, number>;
let held: unknown[];

/** All is as it was before the record was made, and a channel has its proxy's reference only. */
function expectNothingHeld(): void {
  expect(usage()).toEqual(before);
  for (const value of held) if (value instanceof Chan) expect(arena.words[value.address + BLOCK_REFERENCES]).toBe(1);
}

beforeEach(() => {
  createArena(8 * 1024 * 1024);
  attachMachine(0);
});

describe('the record of a goroutine', () => {
  it('has the size of its class', () => {
    expect(bytesOfClass(RECORD_CLASS)).toBe((RECORD_WORDS + BLOCK_HEADER_WORDS) * 4);
  });

  describe.each(Object.keys(lists))('with %s', (name) => {
    const values = lists[name]!;
    const withValues = (references: number, captured: boolean): number => {
      held = values();
      before = usage(); // With the channels, which their proxies hold on to.
      const record = createRecord(0, 0, references);
      if (held.length > 0 && captured) putCaptures(record, held, false, false);
      else if (held.length > 0) putArguments(record, held, false, false, 'go');
      if (held.length > 0) expect(captured ? capturesOf(record) : argumentsOf(record)).toEqual(held);
      return record;
    };

    describe.each([true, false])('that were captured: %s', (captured) => {
      it('holds nothing more once they are taken, and is free at its end', () => {
        const record = withValues(1, captured);
        dropValues(record);
        dropValues(record);
        completeWithValue(record, undefined, null);
        expect(kindOf(record)).toBe(0);
        expectNothingHeld();
      });

      it('is kept for who has a handle', () => {
        const record = withValues(2, captured);
        dropValues(record);
        completeWithValue(record, undefined, null);
        expect([kindOf(record), arena.words[record + STATUS]]).toEqual([KIND_GOROUTINE, DONE]);
        release(record);
        expectNothingHeld();
      });

      it('gives them back when it fails before they are taken', () => {
        const record = withValues(2, captured);
        arena.words[record + JOINED] = 1; // Else it is reported.
        completeWithError(record, 'no', null);
        release(record);
        expectNothingHeld();
      });
    });

    it('keeps them as a result until the last handle goes', () => {
      held = values();
      before = usage();
      const record = createRecord(0, 0, 2);
      completeWithValue(record, held[0], null);
      release(record);
      expectNothingHeld();
    });
  });

  it('gives the last reference of a channel back', () => {
    before = usage();
    const channel = chan();
    const record = createRecord(0, 0, 1);
    putArguments(record, [1, channel, 2], false, false, 'go');
    release(channel.address); // As when the proxy was collected.
    expect(arena.words[channel.address + BLOCK_REFERENCES]).toBe(1);
    dropValues(record);
    expect(kindOf(channel.address)).toBe(0);
    completeWithValue(record, undefined, null);
    expect(usage()).toEqual(before);
  });

  it('gives its name back, where its handle has gone before its end', () => {
    held = [];
    before = usage();
    const record = createRecord(0, 0, 2);
    encode('a name that has a block of its own', (record + NAME) >> 1, 'name a goroutine');
    release(record);
    completeWithValue(record, undefined, null);
    expectNothingHeld();
  });

  it('is another one each time', () => {
    const record = createRecord(7, 0, 1);
    const generation = generationOf(record);
    const words = arena.words.slice(record, record + RECORD_WORDS);
    putArguments(record, ['a text that has a block of its own', 1], false, false, 'go');
    dropValues(record);
    completeWithValue(record, undefined, null);
    const next = createRecord(7, 0, 1);
    expect([next, generationOf(next)]).toEqual([record, generation + 1]);
    const number = 12; // And the word after it: its number is a new one, what stands in empty cells is of no account.
    const kept = (all: Int32Array) => all.filter((_, index) => ![2, 3, number, number + 1, 24, 25].includes(index));
    expect(kept(arena.words.slice(next, next + RECORD_WORDS))).toEqual(kept(words));
  });

  it('goes to other threads, where this one has many free ones', () => {
    before = usage();
    const records = Array.from({ length: 500 }, () => createRecord(0, 0, 1));
    expect(new Set(records).size).toBe(500);
    for (const record of records) completeWithValue(record, undefined, null);
    expect(usage()).toEqual(before);
    expect(arena.words[CLASS_BATCHES + RECORD_CLASS]).not.toBe(0);
    let living = 0;
    forEachLiving(KIND_GOROUTINE, () => living++);
    expect(living).toBe(0);
    expect(new Set(Array.from({ length: 500 }, () => createRecord(0, 0, 1)))).toEqual(new Set(records));
  });
});
