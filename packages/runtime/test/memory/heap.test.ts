/** Blocks of shared memory, on one thread; several threads are in `test/stress`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { ArenaExhaustedError } from '../../src/errors.ts';
import { arena } from '../../src/memory/arena.ts';
import { createArena } from '../../src/memory/create.ts';
import * as heap from '../../src/memory/heap.ts';
import * as layout from '../../src/memory/layout.ts';
import { forEachBlock } from '../../src/memory/walk.ts';

const { KIND_BINARY, KIND_RING, KIND_TEXT } = layout;
const MEBIBYTE = 1024 * 1024;

/** Allocates until memory is full; the blocks and the error. */
function fill(bytes: number): { blocks: number[]; error: unknown } {
  const blocks: number[] = [];
  try {
    for (;;) blocks.push(heap.allocate(KIND_TEXT, bytes));
  } catch (error) {
    return { blocks, error };
  }
}

function refusal(bytes: number): unknown {
  try {
    heap.allocate(KIND_RING, bytes);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('heap', () => {
  beforeEach(() => {
    createArena(8 * MEBIBYTE);
  });

  it('gives blocks that do not overlap, of every size', () => {
    const blocks: Array<[address: number, words: number]> = [];
    for (let bytes = 4; bytes < 200_000; bytes = Math.ceil(bytes * 1.17)) {
      for (let twice = 0; twice < 2; twice++) {
        const length = Math.ceil(bytes / 4);
        const address = heap.allocate(KIND_BINARY, bytes);
        arena.words.fill(blocks.length + 1, address, address + length);
        blocks.push([address, length]);
      }
    }
    for (const [index, [address, length]] of blocks.entries()) {
      expect(arena.words.subarray(address, address + length).every((word) => word === index + 1)).toBe(true);
    }
  });

  it('aligns blocks so that they hold cells', () => {
    for (let bytes = 4; bytes < 100_000; bytes *= 3) expect(heap.allocate(KIND_BINARY, bytes) % 2).toBe(0);
  });

  it('wastes at most a quarter beside the header, above the smallest', () => {
    for (let bytes = 64; bytes < 32_000; bytes += 24) {
      createArena(8 * MEBIBYTE);
      heap.allocate(KIND_BINARY, bytes);
      expect(heap.usage().get('values')).toBeLessThanOrEqual((bytes + 8) * 1.25 + 16);
    }
  });

  it('gives the block freed last first', () => {
    const first = heap.allocate(KIND_TEXT, 40);
    const second = heap.allocate(KIND_TEXT, 40);
    heap.free(first);
    heap.free(second);
    expect(heap.allocate(KIND_TEXT, 40)).toBe(second);
    expect(heap.allocate(KIND_TEXT, 40)).toBe(first);
  });

  it('counts what is in use by kind', () => {
    const small = heap.allocate(KIND_TEXT, 20);
    const large = heap.allocate(KIND_RING, 100_000);
    expect(Object.fromEntries(heap.usage())).toEqual({ texts: 32, 'channel buffers': 131_072 });
    heap.free(small);
    heap.free(large);
    expect(heap.usage().size).toBe(0);
  });

  it('advances the generation when a block is freed', () => {
    const block = heap.allocate(KIND_TEXT, 20);
    for (let round = 1; round <= 0x4001; round++) {
      heap.free(block);
      expect(heap.allocate(KIND_TEXT, 20)).toBe(block);
      if (heap.generationOf(block) !== (round & 0x3fff)) expect(heap.generationOf(block)).toBe(round & 0x3fff);
    }
    expect(heap.kindOf(block)).toBe(KIND_TEXT);
  });

  it('frees with the last reference, and what the block holds first', () => {
    const destroyed: number[] = [];
    heap.setDestroyer(KIND_RING, (address) => destroyed.push(address));
    const block = heap.allocate(KIND_RING, 20);
    heap.retain(block);
    heap.release(block);
    expect(destroyed).toEqual([]);
    heap.release(block);
    expect(destroyed).toEqual([block]);
    expect(heap.usage().size).toBe(0);
    heap.setDestroyer(KIND_RING, () => undefined);
  });

  it('gives batches of free blocks to the shared list, and takes them back', () => {
    const blocks = Array.from({ length: 1000 }, () => heap.allocate(KIND_TEXT, 40));
    for (const block of blocks) heap.free(block);
    const shared = Array.from({ length: layout.MAXIMUM_CLASSES }, (_, index) => arena.words[layout.CLASS_BATCHES + index]!);
    expect(shared.filter((head) => head !== 0).length).toBe(1);
    const again = Array.from({ length: 1000 }, () => heap.allocate(KIND_TEXT, 40));
    expect([...again].sort()).toEqual([...blocks].sort());
  });

  it('gives back free blocks, cut and uncut, for the other threads', () => {
    const kept = heap.allocate(KIND_TEXT, 40);
    heap.giveBackFreeBlocks();
    const free = arena.words[layout.PAGES_FREE];
    heap.initializeHeap(1);
    const others = new Set(Array.from({ length: 1000 }, () => heap.allocate(KIND_TEXT, 40)));
    expect(others.size).toBe(1000);
    expect(others.has(kept)).toBe(false);
    expect(arena.words[layout.PAGES_FREE]).toBe(free);
  });

  it('says how much of what is in use when it is full, and is usable again afterwards', () => {
    const { blocks, error } = fill(1000);
    expect(error).toBeInstanceOf(ArenaExhaustedError);
    expect((error as Error).message).toMatch(
      /^no room for 1,000 bytes: 8,388,608 reserved, [\d,]+ in use \(texts [\d,]+\)\. Raise heapBytes with runtime\.configure\(\), or keep fewer goroutines, channels and values in flight\.$/,
    );
    const before = Object.fromEntries(heap.usage());
    expect(refusal(1000)).toBeInstanceOf(ArenaExhaustedError);
    expect(refusal(100_000)).toBeInstanceOf(ArenaExhaustedError);
    expect(Object.fromEntries(heap.usage())).toEqual(before);
    for (const block of blocks) heap.free(block);
    expect(fill(1000).blocks.length).toBe(blocks.length);
  });

  it('gives a larger block when no page is left for the wanted size', () => {
    const { blocks } = fill(2000);
    heap.free(blocks.pop()!);
    const block = heap.allocate(KIND_RING, 20);
    expect(heap.usage().get('channel buffers')).toBeGreaterThan(2000);
    heap.free(block);
    expect(heap.usage().get('channel buffers')).toBeUndefined();
    expect(refusal(2000)).toBeUndefined();
  });

  it('keeps back a reserve for what must be said when it is full', () => {
    fill(30_000);
    fill(20);
    expect(refusal(20)).toBeInstanceOf(ArenaExhaustedError);
    let block = 0;
    heap.withReserve(() => {
      block = heap.allocate(KIND_RING, 20);
    });
    expect(block).not.toBe(0);
    expect(() =>
      heap.withReserve(() => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    fill(20);
    expect(refusal(20)).toBeInstanceOf(ArenaExhaustedError);
  });

  it('refuses a block larger than the arena', () => {
    for (const bytes of [8 * MEBIBYTE, 2 ** 31, 2 ** 33]) expect(refusal(bytes)).toBeInstanceOf(ArenaExhaustedError);
    expect(heap.usage().size).toBe(0);
  });

  it('finds every small block of a kind', () => {
    const kept = Array.from({ length: 300 }, (_, index) => heap.allocate(KIND_TEXT, 20 + 10 * (index % 7)));
    for (let index = 0; index < 50; index++) heap.free(kept.pop()!);
    heap.allocate(KIND_BINARY, 20);
    const found: number[] = [];
    forEachBlock(KIND_TEXT, (address) => found.push(address));
    expect(found.sort()).toEqual(kept.sort());
  });

  it('refuses an arena of a size out of range', () => {
    for (const bytes of [0, 8 * MEBIBYTE - 1, 2 ** 31 + 1, Number.NaN, 9_000_000.5]) {
      expect(() => createArena(bytes)).toThrow(
        new RangeError(`heapBytes must be a whole number of bytes from 8388608 to 2147483648, got ${bytes}`),
      );
    }
  });
});

describe('a broken invariant of the heap ends the process', () => {
  const dist = `${pathToFileURL(join(import.meta.dirname, '../../dist')).href}/`;
  it.each([
    ['free(block); free(block)', /^fatal: a free block is freed \(address = \d+\)\n/],
    [
      'release(block); release(block)',
      /^fatal: a block is released more often than it is referenced \(address = \d+, kind = 0\)\n/,
    ],
    ['free(block); retain(block)', /^fatal: a free block is referenced \(address = \d+, kind = 0\)\n/],
    ['free(block); try { free(block) } catch {} finally { console.log("caught") }', /^fatal: a free block is freed/],
  ])('%s', (body, report) => {
    const program = `
      import { createArena } from '${dist}memory/create.js';
      import { allocate, free, release, retain } from '${dist}memory/heap.js';
      createArena(8 * 1024 * 1024);
      const block = allocate(1, 40);
      ${body};
      console.log('went on');`;
    const { stdout, stderr, signal, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect(stderr).toMatch(report);
    expect(stdout).toBe('');
    expect(signal ?? status).not.toBe(0);
  });
});
