import { beforeEach, describe, expect, it } from 'vitest';
import { arena } from '../../src/memory/arena.ts';
import { createArena } from '../../src/memory/create.ts';
import {
  FIRST_HEAP_PAGE,
  PAGE_BYTES,
  PAGE_COUNT,
  PAGE_FREE_LISTS,
  PAGE_ORDERS,
  PAGE_WORDS,
  PAGES_FREE,
} from '../../src/memory/layout.ts';
import { givePages, orderFor, takePages } from '../../src/memory/pages.ts';

/** Free runs by order, as page numbers. */
function freeRuns(): number[][] {
  const runs: number[][] = [];
  for (let order = 0; order < PAGE_ORDERS; order++) {
    const pages: number[] = [];
    for (let page = arena.words[PAGE_FREE_LISTS + order]!; page !== 0; page = arena.words[page * PAGE_WORDS]!) pages.push(page);
    runs.push(pages.sort((a, b) => a - b));
  }
  return runs;
}

function total(runs: number[][]): number {
  return runs.reduce((sum, pages, order) => sum + pages.length * 2 ** order, 0);
}

describe('pages', () => {
  let whole: number[][];
  beforeEach(() => {
    createArena(16 * 1024 * 1024 + 3 * PAGE_BYTES);
    whole = freeRuns();
  });

  it('all are free at first, in runs that start at multiples of their length', () => {
    expect(arena.words[PAGE_COUNT]).toBe(259);
    expect(total(whole)).toBe(259 - FIRST_HEAP_PAGE);
    expect(arena.words[PAGES_FREE]).toBe(total(whole));
    for (const [order, pages] of whole.entries()) for (const page of pages) expect(page % 2 ** order).toBe(0);
  });

  it('finds the order of a size', () => {
    expect([1, PAGE_BYTES, PAGE_BYTES + 1, 2 * PAGE_BYTES, 2 * PAGE_BYTES + 1, 1024 * PAGE_BYTES].map(orderFor)).toEqual([
      0, 0, 1, 1, 2, 10,
    ]);
  });

  it('splits a run, and merges it again when both halves come back, in either order', () => {
    for (const reversed of [false, true]) {
      const taken = [0, 0, 1, 2, 0, 3, 1].map((order) => [takePages(order, false), order] as const);
      expect(taken.every(([address, order]) => address > 0 && (address / PAGE_WORDS) % 2 ** order === 0)).toBe(true);
      expect(total(freeRuns())).toBe(total(whole) - 20 + 1);
      for (const [address, order] of reversed ? [...taken].reverse() : taken) givePages(address, order);
      expect(freeRuns()).toEqual(whole);
    }
  });

  it('gives each page once, and 0 when there is no run of that length', () => {
    const seen = new Set<number>();
    for (let address = takePages(0, true); address !== 0; address = takePages(0, true)) seen.add(address / PAGE_WORDS);
    expect(seen.size).toBe(total(whole));
    expect(arena.words[PAGES_FREE]).toBe(0);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(FIRST_HEAP_PAGE);
    // Every second page is no run of two.
    for (const page of seen) if (page % 2 === 0) givePages(page * PAGE_WORDS, 0);
    expect(takePages(1, true)).toBe(0);
    for (const page of seen) if (page % 2 === 1) givePages(page * PAGE_WORDS, 0);
    expect(freeRuns()).toEqual(whole);
  });

  it('keeps the last pages for those who may take them', () => {
    let taken = 0;
    while (takePages(0, false) !== 0) taken++;
    expect(arena.words[PAGES_FREE]).toBe(259 >> 6);
    expect(taken).toBe(total(whole) - (259 >> 6));
    expect(takePages(0, true)).not.toBe(0);
    expect(takePages(PAGE_ORDERS - 1, true)).toBe(0);
  });

  it('is whole again after any order of taking and giving', () => {
    const held: Array<[address: number, order: number]> = [];
    let state = 12_345;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    for (let step = 0; step < 20_000; step++) {
      if (random(2) === 0 && held.length > 0) givePages(...held.splice(random(held.length), 1)[0]!);
      else {
        const order = random(5);
        const address = takePages(order, false);
        if (address !== 0) held.push([address, order]);
      }
    }
    const pages = held.flatMap(([address, order]) =>
      Array.from({ length: 2 ** order }, (_, index) => address / PAGE_WORDS + index),
    );
    expect(new Set(pages).size).toBe(pages.length);
    expect(total(freeRuns())).toBe(total(whole) - pages.length);
    for (const [address, order] of held) givePages(address, order);
    expect(freeRuns()).toEqual(whole);
  });
});
