/** Real threads on the structures of the arena: what goes in comes out, each once. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { arena } from '../../src/memory/arena.ts';
import { createArena } from '../../src/memory/create.ts';
import { allocate, usage } from '../../src/memory/heap.ts';
import { KIND_RING, MACHINE_STATE, MACHINE_STATE_AWAKE, machineBase } from '../../src/memory/layout.ts';
import { seed } from '../helpers/random.mjs';

const THREADS = 4;

/** Runs one structure on all threads; what each of them tells, and what was there before. */
async function hammer(structure: string, rounds: number): Promise<{ results: any[]; shared: number; before: object }> {
  const chosen = seed();
  console.log(`${structure}: SEED=${chosen}`);
  const memory = createArena(256 * 1024 * 1024);
  const shared = allocate(KIND_RING, 128 * 4);
  arena.words.fill(0, shared, shared + 128);
  for (let number = 1; number <= THREADS; number++) arena.words[machineBase(number) + MACHINE_STATE] = MACHINE_STATE_AWAKE;
  const before = Object.fromEntries(usage());
  const results = await Promise.all(
    Array.from({ length: THREADS }, (_, index) => {
      const workerData = { memory, number: index + 1, threads: THREADS, shared, seed: chosen, structure, rounds };
      const worker = new Worker(join(import.meta.dirname, 'structures-worker.mjs'), { workerData });
      return new Promise<any>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.once('exit', () => reject(new Error('the thread ended without a result')));
      });
    }),
  );
  return { results, shared, before };
}

describe('several threads', () => {
  it('push, pop and steal: every goroutine is taken once', async () => {
    const { results } = await hammer('runQueue', 20_000);
    const created = results.flatMap((result) => result.created as number[]);
    const taken = results.flatMap((result) => result.taken as number[]);
    expect(taken.length).toBe(created.length);
    expect(new Set(taken).size).toBe(taken.length);
    expect(new Set([...created, ...taken]).size).toBe(created.length);
  });

  it("fill each other's inboxes: every wake-up comes, in the order of its sender", async () => {
    const rounds = 5000;
    const { results } = await hammer('inbox', rounds);
    expect(results).toEqual(Array.from({ length: THREADS }, () => ({ count: THREADS * rounds, disorder: 0 })));
  });

  it('take one lock: none is inside with another', async () => {
    const { shared } = await hammer('lock', 50_000);
    expect(arena.words[shared + 3]).toBe(THREADS * 50_000);
    expect(arena.words[shared + 2]).toBe(0);
  });

  it('allocate what others free: no block is given twice, none is lost', async () => {
    const { results, before } = await hammer('heap', 20_000);
    expect(results).toEqual(Array.from({ length: THREADS }, () => ({ damaged: 0 })));
    const { scratch: _, waiters, ...left } = Object.fromEntries(usage());
    expect(waiters).toBe(THREADS * 2 * 64); // Each thread's carrier and its spare.
    expect(left).toEqual(before);
  });
});
