import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'vitest';
import {
  beginRemembering,
  endRemembering,
  hasProxies,
  pagesForNow,
  proxyOf,
  registerKind,
  SharedObject,
} from '../../src/codec/handles.ts';
import { ReferencePages, releasePages } from '../../src/codec/reference-pages.ts';
import { arena } from '../../src/memory/arena.ts';
import { allocate, generationOf, release, retain, setDestroyer } from '../../src/memory/heap.ts';
import { BLOCK_REFERENCES, KIND_CHANNEL, KIND_GOROUTINE, KIND_MUTEX, KIND_ONCE } from '../../src/memory/layout.ts';
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

const pages = new ReferencePages(2);
class Paged extends SharedObject {
  constructor(address = allocate(KIND_GOROUTINE, 64)) {
    super(address, pages);
  }
}
registerKind(KIND_GOROUTINE, (address) => new Paged(address));

/** Nothing but handles leads to it, as to a channel. */
class Passing extends SharedObject {
  constructor(address = allocate(KIND_ONCE, 64)) {
    super(address, pagesForNow());
  }
  protected override get foundByHandlesOnly(): boolean {
    return true;
  }
}
registerKind(KIND_ONCE, (address) => new Passing(address));

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
  it('of a page, when all of its objects are gone; the entry in the table goes with its own object', async () => {
    let kept: Paged | undefined;
    const address = (() => {
      const paged = new Paged();
      assert.equal(roundTripSame(paged), paged);
      kept = new Paged();
      return paged.address;
    })();
    new Paged(); // On the next page: the one that is being filled is kept.
    await collectGarbage();
    assert.equal(countOf(address), 1);
    const again = proxyOf(address, generationOf(address));
    assert.equal(again.address, address);
    assert.equal(countOf(address), 2);
    const other = kept!.address;
    assert.equal(countOf(other), 1);
    kept = undefined;
    await collectUntil(() => countOf(other) === 0);
    assert.equal(countOf(address), 1);
  });
  it.each([Thing, Paged])('a thread that has no %o any more has nothing to collect', async (Class) => {
    const none = async (): Promise<void> => {
      releasePages(); // Also of the page that is being filled, which is kept.
      await collectUntil(() => !hasProxies());
    };
    await none();
    (() => {
      new Class();
      assert.ok(hasProxies());
    })();
    await none();
  });
  it('of pages, when their thread ends', () => {
    const before = inUse();
    const made = Array.from({ length: 5 }, () => new Paged());
    releasePages();
    assert.deepStrictEqual(inUse(), before);
    for (const { address } of made) assert.equal(countOf(address), 0);
  });
});

describe('while goroutines run', () => {
  /** More than are remembered, so that each that came before has to leave. */
  function crowdOut(): void {
    for (let index = 0; index < 5000; index++) roundTripSame(new Passing());
  }

  function expectSame(received: readonly unknown[], sent: readonly unknown[]): void {
    assert.equal(received.length, sent.length);
    sent.forEach((object, index) => {
      assert.ok(received[index] === object, `${index}`);
    });
  }

  function roundTripPair(a: Passing, b: Passing): Passing[] {
    encode({ a, b }, cell, 'send');
    const received = take(cell) as { a: Passing; b: Passing };
    return [received.a, received.b];
  }

  beforeEach(() => {
    beginRemembering();
    return endRemembering;
  });

  it.each([Thing, Passing])('a %o that is on its way is received as itself, whatever comes and goes meanwhile', (Class) => {
    const object = new Class();
    const holder = new Holder();
    holder.put(object);
    const held = holder.address / 2;
    crowdOut();
    assert.equal(decode(held), object);
    crowdOut();
    endRemembering();
    assert.equal(take(held), object);
    beginRemembering();
    assert.equal(roundTripSame(object), object);
    endRemembering();
    assert.equal(roundTripSame(object), object);
  });
  it('all of a value that holds more than are remembered', () => {
    const objects = Array.from({ length: 1000 }, () => new Passing());
    encode(objects, cell, 'send');
    expectSame(take(cell) as Passing[], objects);
  });
  it('pairs of which one crowds out the other', () => {
    const objects = Array.from({ length: 100 }, () => new Passing());
    for (const a of objects) for (const b of objects) expectSame(roundTripPair(a, b), [a, b]);
  });
  it('one in a value during whose copying others come and go', () => {
    const object = new Passing();
    const holder = new Holder();
    holder.put({
      object,
      get others() {
        crowdOut();
        return 0;
      },
    });
    crowdOut();
    assert.equal((take(holder.address / 2) as { object: Passing }).object, object);
  });
  it('one of which no handle was left is found again once it is sent again', () => {
    const object = new Passing();
    for (let round = 0; round < 3; round++) {
      assert.equal(roundTripSame(object), object);
      crowdOut();
    }
    const { address, generation } = object;
    assert.notEqual(proxyOf(address, generation), object); // Not how channels are looked for: nobody holds a reference.
  });
  it('one that is looked for in other ways is found without a handle, too', () => {
    const object = new Thing();
    roundTripSame(object);
    crowdOut();
    assert.equal(proxyOf(object.address, object.generation), object);
  });
  it('what only another thread holds a reference of is found', () => {
    const object = new Passing();
    roundTripSame(object);
    retain(object.address); // It sends a handle after this.
    crowdOut();
    assert.equal(proxyOf(object.address, object.generation), object);
    release(object.address);
  });
  it('all of it can be collected when they are done, with what is on pages', async () => {
    const before = inUse();
    (() => {
      for (let index = 0; index < 100; index++) {
        roundTripSame(new Passing());
        encode(new Thing(), cell, 'send');
        drop(cell);
      }
    })();
    endRemembering();
    await collectUntil(() => sameUse(before));
  });
  it('of an earlier arena nothing is found', () => {
    const object = new Passing();
    roundTripSame(object);
    ({ cell } = freshArena());
    let other = new Passing();
    while (other.address !== object.address) other = new Passing();
    assert.equal(roundTripSame(other), other);
    assert.throws(() => encode(object, cell, 'send'), /stale Passing/);
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
    const paged = new Paged();
    encode(paged, cell, 'send');
    release(paged.address);
    release(paged.address);
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
  return arena.words[address + BLOCK_REFERENCES]!;
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
