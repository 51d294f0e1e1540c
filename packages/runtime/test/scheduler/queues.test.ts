/** The run queues, on one thread; several threads are in `test/stress`. */
import { beforeEach, describe, expect, it } from 'vitest';
import { arena } from '../../src/memory/arena.ts';
import { RUN_OTHERS_IDLE } from '../../src/memory/blocks.ts';
import { createArena } from '../../src/memory/create.ts';
import {
  IDLE_MACHINES,
  IDLE_PROCESSORS,
  QUEUE_HEAD,
  QUEUE_TAIL,
  queueBase,
  RUN_QUEUE_CAPACITY,
  SEARCHING,
} from '../../src/memory/layout.ts';
import { attachMachine } from '../../src/scheduler/attach.ts';
import { globalSize, pushGlobal, pushGlobalChain, takeGlobal } from '../../src/scheduler/global-queue.ts';
import { createRecord, LINK } from '../../src/scheduler/goroutine.ts';
import { Ring } from '../../src/scheduler/ring.ts';
import { hasQueued, LocalQueue, takeFrom } from '../../src/scheduler/run-queue.ts';

const records = (count: number): number[] => Array.from({ length: count }, () => createRecord(0, 0, 2));

/** Takes all there is, one after the other. */
function drain(take: () => number): number[] {
  const taken: number[] = [];
  for (let record = take(); record !== 0; record = take()) taken.push(record);
  return taken;
}

function chain(first: number): number[] {
  const linked: number[] = [];
  for (let record = first; record !== 0; record = arena.words[record + LINK]!) linked.push(record);
  return linked;
}

const drainGlobal = (): number[] => drain(() => takeGlobal(1));

beforeEach(() => {
  createArena(8 * 1024 * 1024);
  attachMachine(0);
});

describe('local run queue', () => {
  /** Where head and tail stand at first: they wrap at 2^32, and are negative from 2^31 on. */
  describe.each([0, 5, 0x7fffffff - 3, -0x80000000, -4])('from index %i', (start) => {
    let queue: LocalQueue;
    beforeEach(() => {
      arena.words[queueBase(0) + QUEUE_HEAD] = start;
      arena.words[queueBase(0) + QUEUE_TAIL] = start;
      queue = new LocalQueue(0);
    });

    it('is first in, first out', () => {
      const pushed = records(RUN_QUEUE_CAPACITY);
      expect(hasQueued(0)).toBe(false);
      for (const record of pushed) queue.push(record);
      expect(hasQueued(0)).toBe(true);
      expect(queue.room()).toBe(0);
      expect(drain(() => queue.pop())).toEqual(pushed);
      expect(queue.room()).toBe(RUN_QUEUE_CAPACITY);
      expect(globalSize()).toBe(0);
    });

    it('gives its newest while more stand in it than can be stolen at once, then its oldest', () => {
      const pushed = records(RUN_QUEUE_CAPACITY);
      const half = RUN_QUEUE_CAPACITY / 2;
      for (const record of pushed) queue.push(record);
      expect(drain(() => queue.popNewest())).toEqual([...pushed.slice(half).reverse(), ...pushed.slice(0, half)]);
    });

    it('gives what runs next, and says where others may be idle who could take what is in its ring', () => {
      const pushed = records(3);
      for (const record of pushed) queue.submit(record);
      expect(queue.take()).toBe(pushed[2]);
      arena.words[SEARCHING] = 1;
      expect(queue.take()).toBe(RUN_OTHERS_IDLE);
      queue.submit(pushed[2]!);
      expect(queue.take()).toBe(pushed[2]);
      arena.words[SEARCHING] = 0;
      arena.words[IDLE_PROCESSORS] = 1;
      expect(queue.take()).toBe(RUN_OTHERS_IDLE);
      arena.words[IDLE_PROCESSORS] = 0;
      expect(drain(() => queue.take())).toEqual(pushed.slice(0, 2));
    });

    it('says whether a machine is to be woken for what is submitted', () => {
      expect(queue.submit(records(1)[0]!)).toBe(false);
      arena.words[IDLE_PROCESSORS] = 1;
      expect(queue.submit(records(1)[0]!)).toBe(false);
      arena.words[IDLE_MACHINES] = 1;
      expect(queue.submit(records(1)[0]!)).toBe(true);
      arena.words[SEARCHING] = 1;
      expect(queue.submit(records(1)[0]!)).toBe(false);
    });

    it('gives half of a full ring away for one that is submitted', () => {
      const pushed = records(RUN_QUEUE_CAPACITY + 2);
      for (const record of pushed) queue.submit(record);
      const half = RUN_QUEUE_CAPACITY / 2;
      expect(drainGlobal()).toEqual([...pushed.slice(0, half), pushed[RUN_QUEUE_CAPACITY]]);
      expect(drain(() => queue.pop())).toEqual([pushed.at(-1), ...pushed.slice(half, RUN_QUEUE_CAPACITY)]);
    });

    it('gives its newest only as long as that is out of reach of a thief', () => {
      const thief = new LocalQueue(1);
      const pushed = records(200);
      for (const record of pushed) queue.push(record);
      expect(queue.popNewest()).toBe(pushed[199]);
      expect(thief.stealFrom(0, false)).toBe(100);
      expect(queue.popNewest()).toBe(pushed[100]);
    });

    it('has nothing for a thief when thieves have emptied it while its owner is about to take the newest', () => {
      const thief = new LocalQueue(1);
      for (const record of records(RUN_QUEUE_CAPACITY)) queue.push(record);
      expect(drain(() => takeFrom(0))).toHaveLength(RUN_QUEUE_CAPACITY);
      // As between the second and the third step of `popNewest`, when all were taken since the first.
      const tail = arena.words[queueBase(0) + QUEUE_TAIL]!;
      arena.words[queueBase(0) + QUEUE_TAIL] = (tail - 1) | 0;
      expect(takeFrom(0)).toBe(0);
      expect(thief.stealFrom(0, true)).toBe(0);
      arena.words[queueBase(0) + QUEUE_TAIL] = tail;
      expect(queue.pop()).toBe(0);
    });

    it('runs on for many times its length', () => {
      const pushed = records(3);
      for (let round = 0; round < 1000; round++) {
        for (const record of pushed) queue.push(record);
        for (const record of pushed) expect(queue.pop() === record).toBe(true);
      }
      expect(queue.pop()).toBe(0);
    });

    it('moves the older half and the newcomer to the global queue when it is full', () => {
      const pushed = records(RUN_QUEUE_CAPACITY + 1);
      for (const record of pushed) queue.push(record);
      expect(globalSize()).toBe(RUN_QUEUE_CAPACITY / 2 + 1);
      expect(drainGlobal()).toEqual([...pushed.slice(0, RUN_QUEUE_CAPACITY / 2), pushed.at(-1)]);
      expect(drain(() => queue.pop())).toEqual(pushed.slice(RUN_QUEUE_CAPACITY / 2, RUN_QUEUE_CAPACITY));
    });

    it('lets half be stolen, the older one, rounded up', () => {
      const thief = new LocalQueue(1);
      for (const count of [1, 2, 3, 7, 100, RUN_QUEUE_CAPACITY]) {
        const pushed = records(count);
        for (const record of pushed) queue.push(record);
        const half = Math.ceil(count / 2);
        expect(thief.stealFrom(0, count <= 2)).toBe(half); // Fewer only when asked for.
        expect(drain(() => thief.pop())).toEqual(pushed.slice(0, half));
        expect(drain(() => queue.pop())).toEqual(pushed.slice(half));
        expect(thief.stealFrom(0, false)).toBe(0);
      }
    });

    it('is filled by a thief whose own indices wrap', () => {
      const victim = new LocalQueue(1);
      const pushed = records(200);
      for (const record of pushed) victim.push(record);
      expect(queue.stealFrom(1, false)).toBe(100);
      expect(drain(() => queue.pop())).toEqual(pushed.slice(0, 100));
    });
  });

  it('has a place for the one to run next, which a newer one pushes to the end', () => {
    const queue = new LocalQueue(0);
    const [a, b, c, d] = records(4) as [number, number, number, number];
    queue.push(a);
    queue.pushNext(b);
    queue.pushNext(c);
    queue.push(d);
    expect(drain(() => queue.pop())).toEqual([c, a, b, d]);
  });

  it('lets the next one be stolen only when asked for and nothing else is there', () => {
    const queue = new LocalQueue(0);
    const thief = new LocalQueue(1);
    const [a, b] = records(2) as [number, number];
    queue.pushNext(a);
    queue.push(b);
    expect(thief.stealFrom(0, true)).toBe(1);
    expect(thief.pop()).toBe(b);
    expect(thief.stealFrom(0, false)).toBe(0);
    expect(thief.stealFrom(0, true)).toBe(1);
    expect(thief.pop()).toBe(a);
    expect(hasQueued(0)).toBe(false);
  });

  it('leaves the last two of a ring to their owner unless they are asked for', () => {
    const queue = new LocalQueue(0);
    const thief = new LocalQueue(1);
    const all = records(3) as [number, number, number];
    for (const record of all) queue.push(record);
    expect(thief.stealFrom(0, false)).toBe(2);
    expect(drain(() => thief.pop())).toEqual(all.slice(0, 2));
    expect(thief.stealFrom(0, false)).toBe(0);
    queue.push(all[0]);
    expect(thief.stealFrom(0, false)).toBe(0);
    expect(thief.stealFrom(0, true)).toBe(1);
  });
});

describe('global run queue', () => {
  it('takes single ones and chains, first in, first out', () => {
    const [a, b, c, d, e] = records(5) as [number, number, number, number, number];
    pushGlobal(a);
    arena.words[b + LINK] = c;
    arena.words[c + LINK] = d;
    pushGlobalChain(b, d, 3);
    pushGlobal(e);
    expect(globalSize()).toBe(5);
    expect(chain(takeGlobal(2))).toEqual([a, b]);
    expect(globalSize()).toBe(3);
    expect(chain(takeGlobal(100))).toEqual([c, d, e]);
    expect(takeGlobal(1)).toBe(0);
    pushGlobal(a);
    expect(drainGlobal()).toEqual([a]);
    expect(globalSize()).toBe(0);
  });
});

describe('ring', () => {
  it('is first in, first out, also while it grows', () => {
    const ring = new Ring<{ value: number }>();
    let pushed = 0;
    let taken = 0;
    expect(ring.shift()).toBeUndefined();
    for (let round = 1; round < 200; round++) {
      for (let index = 0; index < round; index++) ring.push({ value: pushed++ });
      for (let index = 0; index < round / 2; index++) expect(ring.shift()!.value === taken++).toBe(true);
      expect(ring.length).toBe(pushed - taken);
    }
    while (ring.length > 0) expect(ring.shift()!.value === taken++).toBe(true);
    expect(taken).toBe(pushed);
    expect(ring.shift()).toBeUndefined();
  });
});
