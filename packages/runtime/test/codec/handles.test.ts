import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'vitest';
import { proxyOf, registerKind, SharedObject } from '../../src/codec/handles.ts';
import { words } from '../../src/memory/arena.ts';
import { allocate, generationOf, release, retain, setDestroyer } from '../../src/memory/heap.ts';
import { BLOCK_REFERENCES, KIND_CHANNEL, KIND_GOROUTINE, KIND_MUTEX } from '../../src/memory/layout.ts';
import { clear, collectGarbage, collectUntil, decode, drop, encode, freshArena, inUse, take } from './harness.ts';

class Thing extends SharedObject {
  constructor(address = allocate(KIND_MUTEX, 64)) {
    super(address);
  }
}
registerKind(KIND_MUTEX, (address) => new Thing(address));

/** Holds one value, as a channel does. */
class Holder extends SharedObject {
  constructor(address = allocate(KIND_CHANNEL, 64)) {
    super(address);
    clear(address / 2);
  }
  put(value: unknown): void {
    drop(this.address / 2);
    encode(value, this.address / 2, 'put');
  }
}
setDestroyer(KIND_CHANNEL, (address) => drop(address / 2));

class Paged extends SharedObject {
  constructor(address: number) {
    super(address, false);
  }
}
registerKind(KIND_GOROUTINE, (address) => new Paged(address));

let cell = 0;
beforeEach(() => {
  ({ cell } = freshArena());
});

describe('identity', () => {
  it('the same object is received, in a cell and inside a value', () => {
    const thing = new Thing();
    assert.equal(roundTripSame(thing), thing);
    const result = take(encoded({ a: thing, list: [thing, new Map([[thing, 1]])] })) as {
      a: Thing;
      list: [Thing, Map<Thing, number>];
    };
    assert.equal(result.a, thing);
    assert.equal(result.list[0], thing);
    assert.equal(result.list[1].get(thing), 1);
  });
  it('a proxy made here is received again', () => {
    const address = allocate(KIND_MUTEX, 64);
    const made = proxyOf(address, generationOf(address));
    release(address);
    assert.equal(proxyOf(address, made.generation), made);
    assert.equal(roundTripSame(made), made);
  });
});

describe('references', () => {
  it('a cell owns one, a value one for each object', () => {
    const thing = new Thing();
    const before = inUse();
    for (const value of [thing, [thing], [thing, thing], { a: { b: thing } }]) {
      encode(value, cell, 'send');
      drop(cell);
      encode(value, cell, 'send');
      take(cell);
      assert.deepStrictEqual(inUse(), before);
    }
    retain(thing.address);
    release(thing.address);
  });
  it('in flight, an object outlives its proxy', async () => {
    const before = inUse();
    const address = (() => {
      const thing = new Thing();
      encode({ thing }, cell, 'send');
      return thing.address;
    })();
    await collectUntil(() => countOf(address) === 1);
    const result = take(cell) as { thing: Thing };
    assert.equal(result.thing.address, address);
    assert.equal(result.thing.isCurrent(), true);
    assert.notDeepStrictEqual(inUse(), before);
  });
  it('a failed encode takes none', () => {
    const thing = new Thing();
    assert.throws(() => encode([thing, Symbol()], cell, 'send'));
    assert.equal(countOf(thing.address), 1);
    assert.throws(() => encode([thing, new Uint8Array(100_000_000)], cell, 'send'), /no room/);
    assert.equal(countOf(thing.address), 1);
  });
  it('a chain of holders in holders is dropped without deep recursion', () => {
    const before = inUse();
    let innermost: Holder | undefined;
    const addresses: number[] = [];
    for (let index = 0; index < 20_000; index++) {
      const holder = new Holder();
      addresses.push(holder.address);
      if (innermost !== undefined) holder.put(index % 2 === 0 ? innermost : { innermost });
      innermost = holder;
    }
    encode(innermost, cell, 'send');
    // The proxies' references, as their finalizers would give them back; the finalizers see another arena.
    for (const address of addresses) release(address);
    drop(cell);
    assert.deepStrictEqual(inUse(), before);
    freshArena();
  });
});

describe('finalizers', () => {
  it('making, sending and dropping objects for ever does not grow', async () => {
    const before = inUse();
    const largest = await churn(() => {
      for (let index = 0; index < 2000; index++) {
        const thing = new Thing();
        if (index % 2 === 0) encode(index % 4 === 0 ? thing : { deep: [thing] }, cell, 'send');
        if (index % 2 === 0) take(cell);
      }
    });
    await collectUntil(() => sameUse(before));
    assert.ok(largest < 10_000_000);
  });
  it('of an earlier arena leave the new one alone', async () => {
    (() => {
      for (let index = 0; index < 100; index++) new Thing();
    })();
    ({ cell } = freshArena());
    const kept = Array.from({ length: 100 }, () => new Thing());
    const before = inUse();
    await collectGarbage();
    assert.deepStrictEqual(inUse(), before);
    for (const thing of kept) assert.equal(countOf(thing.address), 1);
  });
  it('an object that opted out keeps its reference; its table entry goes', async () => {
    const address = allocate(KIND_GOROUTINE, 64);
    (() => {
      const paged = new Paged(address);
      assert.equal(roundTripSame(paged), paged);
    })();
    await collectGarbage();
    assert.equal(countOf(address), 1);
    const again = proxyOf(address, generationOf(address));
    assert.ok(again instanceof Paged);
    assert.equal(countOf(address), 2);
  });
});

describe('stale handles', () => {
  it('of an arena that is gone', () => {
    const thing = new Thing();
    ({ cell } = freshArena());
    assert.equal(thing.isCurrent(), false);
    assert.throws(
      () => encode(thing, cell, 'send on a channel'),
      /^DataCloneError: cannot send on a channel: value is a stale Thing: its runtime was shut down/,
    );
    assert.throws(
      () => encode({ thing }, cell, 'send on a channel'),
      /^DataCloneError: cannot send on a channel: value\.thing is a stale Thing/,
    );
  });
  it('of a block that was given back', () => {
    const address = allocate(KIND_GOROUTINE, 64);
    const paged = new Paged(address);
    encode(paged, cell, 'send');
    release(address);
    release(address);
    assert.throws(() => decode(cell), /^DataCloneError: stale handle: block \d+ has generation/);
    assert.throws(() => encode(paged, cell, 'send'), /stale Paged/);
    clear(cell);
  });
});

function encoded(value: unknown): number {
  encode(value, cell, 'send');
  return cell;
}

function roundTripSame<T>(value: T): unknown {
  const result = decode(encoded(value));
  assert.equal(take(cell), result);
  return result;
}

function countOf(address: number): number {
  return words[address + BLOCK_REFERENCES]!;
}

function sameUse(before: Record<string, number>): boolean {
  return JSON.stringify(inUse()) === JSON.stringify(before);
}

/** Runs rounds with garbage collection between them; the largest use seen. */
async function churn(round: () => void): Promise<number> {
  let largest = 0;
  for (let index = 0; index < 20; index++) {
    round();
    largest = Math.max(
      largest,
      Object.values(inUse()).reduce((sum, value) => sum + value, 0),
    );
    await collectGarbage();
  }
  return largest;
}
