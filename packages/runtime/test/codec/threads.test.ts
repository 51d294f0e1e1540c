import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { registerKind, SharedObject } from '../../src/codec/handles.ts';
import { closeSharedBuffers, openSharedBuffers } from '../../src/codec/shared-buffers.ts';
import { arena } from '../../src/memory/arena.ts';
import type { WasmMemory } from '../../src/memory/core.ts';
import { allocate } from '../../src/memory/heap.ts';
import { BLOCK_REFERENCES, KIND_MUTEX } from '../../src/memory/layout.ts';
import { anyValue } from './arbitrary.ts';
import { collectUntil, encode, freshArena, inUse, take } from './harness.ts';
import { COLLECT, DECODE_TWICE, INCREMENT, MAKE_SHARED_BUFFER, OtherThread } from './other-thread.ts';

class Thing extends SharedObject {
  constructor(address = allocate(KIND_MUTEX, 64)) {
    super(address);
  }
}
registerKind(KIND_MUTEX, (address) => new Thing(address));

let memory: WasmMemory;
let cell = 0;
let other: OtherThread;
const runtimeId = `test-${process.pid}`;

beforeAll(() => {
  ({ memory, cell } = freshArena(128 * 1024 * 1024));
  openSharedBuffers(runtimeId);
  other = new OtherThread(memory, cell, 1, runtimeId);
});
afterAll(async () => {
  await other.end();
  closeSharedBuffers();
});

describe('from one thread to another and back', () => {
  it('any value', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        assert.deepStrictEqual(other.ask(value), structuredClone(value));
      }),
      { numRuns: 1000 },
    );
  }, 60_000);

  it('nothing stays in use', () => {
    other.ask(1);
    const before = inUse();
    for (let index = 0; index < 100; index++)
      other.ask({ index, text: 'x'.repeat(index), list: [new Map([[index, new Uint8Array(index)]])] });
    other.ask(1);
    assert.deepStrictEqual(inUse(), before);
  });

  it('100,000 nested objects in one value', () => {
    let value: unknown = null;
    for (let index = 0; index < 100_000; index++) value = { value, index };
    let answer = other.ask(value) as { value: unknown; index: number } | null;
    for (let index = 99_999; index >= 0; index--) {
      assert.equal(answer!.index, index);
      answer = answer!.value as typeof answer;
    }
    assert.equal(answer, null);
  }, 30_000);

  it('messages of 100 KB and 5 MB', () => {
    for (const size of [100_000, 5_000_000]) {
      const bytes = Uint8Array.from({ length: size }, (_, index) => index * 13);
      assert.ok(Buffer.from(bytes).equals(other.ask(bytes) as Uint8Array));
      for (const unit of ['x', 'é', '中', '\ud800']) {
        const value = unit.repeat(size - 1) + '!';
        assert.ok(other.ask(value) === value);
        assert.ok((other.ask({ value }) as { value: string }).value === value);
      }
    }
  }, 30_000);

  it('errors keep class, stack and properties', () => {
    const error = Object.assign(new TypeError('wrong', { cause: new RangeError('inner') }), { code: 'E' });
    const answer = other.ask(error) as typeof error;
    assert.deepStrictEqual(answer, error);
    assert.equal(answer.stack, error.stack);
    assert.ok(answer.cause instanceof RangeError);
  });
});

describe('shared objects', () => {
  it('come back as the object that was sent', () => {
    const thing = new Thing();
    assert.equal(other.ask(thing), thing);
    assert.equal((other.ask({ a: [thing] }) as { a: [Thing] }).a[0], thing);
  });
  it('are one object on the other thread', () => assert.equal(other.ask(new Thing(), DECODE_TWICE), true));
  it('are released by the other thread when it lets go', async () => {
    const thing = new Thing();
    const count = () => arena.words[thing.address + BLOCK_REFERENCES]!;
    other.ask(thing, DECODE_TWICE);
    assert.equal(count(), 2);
    await collectUntil(() => {
      other.ask(null, COLLECT);
      return count() === 1;
    });
  });
  it('made and dropped for ever do not grow', async () => {
    other.ask(null, COLLECT);
    const total = () => Object.values(inUse()).reduce((sum, value) => sum + value, 0);
    const before = total();
    for (let round = 0; round < 10; round++) {
      for (let index = 0; index < 200; index++) other.ask({ deep: [new Thing()] });
      await collectUntil(() => {
        other.ask(null, COLLECT);
        return total() <= before;
      });
    }
  }, 60_000);
});

describe('SharedArrayBuffer', () => {
  it('and its views are the same memory, and the same object when they come back', () => {
    const view = new Int32Array(new SharedArrayBuffer(64), 8, 4);
    view[0] = 5;
    const answer = other.ask(view, INCREMENT) as Int32Array;
    assert.equal(view[0], 6);
    assert.equal(answer.buffer, view.buffer);
    assert.equal(answer.byteOffset, 8);
    assert.equal(answer.length, 4);
    other.ask(view, INCREMENT);
    assert.equal(view[0], 7);
  });
  it('is the same object twice in one value', () => {
    const buffer = new SharedArrayBuffer(8);
    const [a, b, view] = other.ask([buffer, buffer, new Uint8Array(buffer)]) as [
      SharedArrayBuffer,
      SharedArrayBuffer,
      Uint8Array,
    ];
    assert.equal(a, buffer);
    assert.equal(b, buffer);
    assert.equal(view.buffer, buffer);
  });
  it('made by the other thread', () => {
    const { buffer } = other.ask(null, MAKE_SHARED_BUFFER) as { buffer: SharedArrayBuffer };
    const view = new Int32Array(buffer);
    assert.equal(view[0], 77);
    const answer = other.ask(view, INCREMENT) as Int32Array;
    assert.equal(view[0], 78);
    assert.equal(answer.buffer, buffer);
  });
  it('reaches a thread that starts later', async () => {
    const view = new Int32Array(new SharedArrayBuffer(8));
    other.ask(view, INCREMENT);
    const { buffer } = other.ask(null, MAKE_SHARED_BUFFER) as { buffer: SharedArrayBuffer };
    const laterCell = allocate(KIND_MUTEX, 16) / 2;
    const later = new OtherThread(memory, laterCell, 2, runtimeId);
    assert.equal((later.ask(view, INCREMENT) as Int32Array).buffer, view.buffer);
    assert.equal(view[0], 2);
    assert.equal((later.ask(new Int32Array(buffer), INCREMENT) as Int32Array)[0], 78);
    await later.end();
  });
  it('is given back when nobody has it any more', async () => {
    other.ask(null, COLLECT);
    await collectUntil(() => {
      other.ask(null, COLLECT);
      return inUse()['shared buffers'] === undefined;
    });
    for (let round = 0; round < 5; round++) {
      for (let index = 0; index < 20; index++) {
        other.ask(new Int32Array(new SharedArrayBuffer(1024)), INCREMENT);
        other.ask(null, MAKE_SHARED_BUFFER);
      }
      await collectUntil(() => {
        other.ask(null, COLLECT);
        return inUse()['shared buffers'] === undefined;
      });
    }
  }, 60_000);
  it('in flight, the memory outlives its objects', async () => {
    (() => {
      const view = new Int32Array(new SharedArrayBuffer(64));
      view[3] = 99;
      encode({ view }, cell, 'send');
    })();
    await collectUntil(() => true);
    assert.equal((take(cell) as { view: Int32Array }).view[3], 99);
  });
});
