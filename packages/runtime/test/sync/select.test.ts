/** A select whose values run code of their own while they are copied. */
import { beforeEach, expect, it } from 'vitest';
import { arena } from '../../src/memory/arena.ts';
import { SELECT_CASE_WORDS, SELECT_CASES } from '../../src/memory/blocks.ts';
import { createArena } from '../../src/memory/create.ts';
import { allocate, free } from '../../src/memory/heap.ts';
import { KIND_SCRATCH } from '../../src/memory/layout.ts';
import { attachMachine } from '../../src/scheduler/attach.ts';
import { caseScratch } from '../../src/scheduler/scratch.ts';
import { chan } from '../../src/sync/channel.ts';
import { select } from '../../src/sync/select.ts';

beforeEach(() => {
  createArena(8 * 1024 * 1024);
  attachMachine(0);
});

it('writes nothing into memory that a select within it has given back', async () => {
  const words = SELECT_CASES + 8 * SELECT_CASE_WORDS;
  const first = caseScratch(1);
  const channel = chan<unknown>(1);
  let taken = 0;
  const value = {
    get many(): number {
      const cases = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`case ${index}`, chan<number>(1).recv()]));
      void select(cases, { default: true }).then(() => undefined); // Driven now, not in a microtask.
      taken = allocate(KIND_SCRATCH, words * 4); // The block that was too small by now.
      arena.words.fill(-7, taken, taken + words);
      return 9;
    },
  };
  expect(await Promise.resolve(select({ only: channel.send(value) }))).toEqual({ key: 'only', value: undefined });
  expect(taken).toBe(first);
  expect(new Set(arena.words.subarray(taken, taken + words))).toEqual(new Set([-7]));
  expect(channel.tryRecv()).toEqual([{ many: 9 }, true]);
  free(taken);
});
