import { beforeEach, describe, expect, it } from 'vitest';
import { arena } from '../../src/memory/arena.ts';
import { createArena } from '../../src/memory/create.ts';
import { allocate, free } from '../../src/memory/heap.ts';
import { KIND_BINARY, PRESSURE, PRESSURE_LEVEL } from '../../src/memory/layout.ts';
import { lock, unlock } from '../../src/memory/lock.ts';
import { checkPressure } from '../../src/memory/pressure.ts';

const MEBIBYTE = 1024 * 1024;

describe('pressure', () => {
  const level = (): number => arena.words[PRESSURE_LEVEL]! * 16;
  beforeEach(() => {
    createArena(64 * MEBIBYTE);
  });

  it('starts at an eighth of a small arena, at 64 MiB of a large one', () => {
    expect(level()).toBe(8 * MEBIBYTE);
    createArena(2048 * MEBIBYTE);
    expect(level()).toBe(64 * MEBIBYTE);
  });

  it('rises once when the level is crossed, and the level with it', () => {
    const blocks = Array.from({ length: 9 }, () => allocate(KIND_BINARY, MEBIBYTE - 8));
    checkPressure();
    expect(arena.words[PRESSURE]).toBe(1);
    expect(level()).toBeGreaterThanOrEqual(12 * MEBIBYTE);
    checkPressure();
    expect(arena.words[PRESSURE]).toBe(1);
    for (const block of blocks) free(block);
  });

  it('rises more often towards the end', () => {
    const rises: number[] = [];
    const blocks: number[] = [];
    for (let used = 1; used <= 60; used++) {
      blocks.push(allocate(KIND_BINARY, MEBIBYTE - 8));
      const before = arena.words[PRESSURE]!;
      checkPressure();
      if (arena.words[PRESSURE] !== before) rises.push(used);
    }
    expect(rises).toEqual([9, 14, 22, 34, 49, 57]);
    for (const block of blocks) free(block);
  });

  it('is looked at while a small arena fills up, before much more is in use', () => {
    createArena(8 * MEBIBYTE);
    const blocks: number[] = [];
    for (let bytes = 0; bytes < 1.25 * MEBIBYTE; bytes += 64) blocks.push(allocate(KIND_BINARY, 56));
    expect(arena.words[PRESSURE]).toBe(1);
    for (const block of blocks) free(block);
  });

  it('comes down to twice what is in use, not below the start', () => {
    const blocks = Array.from({ length: 20 }, () => allocate(KIND_BINARY, MEBIBYTE - 8));
    checkPressure();
    const high = level();
    while (blocks.length > 6) free(blocks.pop()!);
    checkPressure();
    expect(level()).toBe(12 * MEBIBYTE);
    expect(level()).toBeLessThan(high);
    while (blocks.length > 0) free(blocks.pop()!);
    checkPressure();
    expect(level()).toBe(8 * MEBIBYTE);
  });
});

describe('lock', () => {
  it('is held, free, and wakes nobody when nobody waits', () => {
    createArena(8 * MEBIBYTE);
    const address = allocate(KIND_BINARY, 8);
    arena.words[address] = 0;
    lock(address);
    expect(arena.words[address]).toBe(1);
    unlock(address);
    expect(arena.words[address]).toBe(0);
    arena.words[address] = 2;
    unlock(address);
    expect(arena.words[address]).toBe(0);
  });
});
