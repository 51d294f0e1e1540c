/** Wrong uses: what each is told, and that a hundred of them leave nothing in shared memory. */

import assert from 'node:assert/strict';
import { AtomicInt, chan, go, gosched, Mutex, run, runtime, select, sleep, transfer, WaitGroup, wait } from 'goroutines';
import { shown } from '../helpers/shown.mjs';

const TIMES = 100;
/** Bytes: no block of shared memory is smaller. */
const SMALLEST_BLOCK = 8;

/** The action fails each time in the same way, and holds nothing in the end. */
function refuses(action, expected) {
  assert.throws(action, expected);
  const before = runtime.stats();
  for (let time = 0; time < TIMES; time++) assert.throws(action, expected);
  unchanged(before);
}

/** The same for operations. */
function* refusesWhenDriven(drive, operation, expected) {
  let before;
  for (let time = 0; time <= TIMES; time++) {
    if (time === 1) before = runtime.stats();
    let error;
    try {
      yield* drive(operation());
    } catch (thrown) {
      error = thrown;
    }
    assert.throws(() => {
      if (error !== undefined) throw error;
    }, expected);
  }
  unchanged(before);
}

function unchanged(before) {
  const after = runtime.stats();
  assert.equal(after.created, before.created, 'something was started');
  assert.equal(after.globalQueue, 0);
  // A thread that starts meanwhile takes a block or two for itself; what each refusal left would be a hundred.
  for (const [kind, bytes] of Object.entries(after.memory)) {
    assert.ok(bytes - (before.memory[kind] ?? 0) < TIMES * SMALLEST_BLOCK, `${kind} grew`);
  }
}

function* generator() {
  yield* gosched();
}

function needsCopies(value) {
  return value;
}

export const refusals = {
  *'go with what is no function'() {
    for (const [wrong, what] of [
      [undefined, 'undefined'],
      [null, 'null'],
      [7, 'number'],
      ['function', 'string'],
      [{}, 'object'],
      [Promise.resolve(), 'object'],
    ]) {
      for (const [call, name] of [
        [() => go(wrong), 'go'],
        [() => go.local(wrong), 'go.local'],
        [() => go.with({}, wrong), 'go.with'],
      ]) {
        refuses(call, { name: 'TypeError', message: `${name} takes a function, got ${what}` });
      }
    }
  },

  *'go whose handle is not used'() {
    let before;
    for (let time = 0; time <= TIMES; time++) {
      if (time === 1) before = runtime.stats();
      let error;
      try {
        go(needsCopies, Symbol('none'));
      } catch (thrown) {
        error = thrown;
      }
      assert.equal(error?.name, 'DataCloneError');
      assert.match(error.message, /cannot pass to go/);
      try {
        go(7);
      } catch (thrown) {
        error = thrown;
      }
      assert.equal(String(error), 'TypeError: go takes a function, got number');
    }
    unchanged(before);
  },

  *'go with a generator instead of its function'() {
    const message = 'go takes a function, got object: pass the generator function itself, without calling it';
    refuses(() => go(generator()), { name: 'TypeError', message });
  },

  *'run with what is no function'(drive) {
    yield* refusesWhenDriven(drive, () => wait(run(7)), { name: 'TypeError', message: 'run takes a function, got number' });
    yield* refusesWhenDriven(drive, () => wait(run(generator())), {
      name: 'TypeError',
      message: /^run takes a function, got object: pass the generator/,
    });
  },

  *'go.with with wrong options'() {
    refuses(() => go.with(null, needsCopies), { name: 'TypeError', message: 'go.with takes options first, got null' });
    refuses(() => go.with({ nam: 'x' }, needsCopies), { name: 'TypeError', message: /^go\.with: unknown option 'nam'/ });
    refuses(() => go.with({ name: 7 }, needsCopies), {
      name: 'TypeError',
      message: 'go.with: name must be a string, got number',
    });
  },

  *'arguments that cannot be copied'() {
    const wrong = { name: 'DataCloneError' };
    refuses(() => go(needsCopies, Symbol('no copy')), wrong);
    refuses(() => go(needsCopies, { deep: [1, { symbol: Symbol('no copy') }] }), { ...wrong, message: /deep\[1\]\.symbol/ });
    refuses(() => go(needsCopies, 'a copied text that needs a block of its own', new WeakMap()), wrong);
    refuses(() => go(needsCopies, { a: 1 }, { b: Promise.resolve() }), { ...wrong, message: /\.b/ });
    refuses(() => go.with({ name: 'a name that needs a block of its own' }, needsCopies, Symbol('no copy')), wrong);
  },

  *'captured values that cannot be copied or are assigned to'() {
    const symbol = Symbol('no copy');
    const text = 'a copied text that needs a block of its own';
    let count = 0;
    refuses(() => go(() => [text, symbol]), { name: 'DataCloneError', message: /symbol/ });
    refuses(() => go(() => count++), { name: 'CaptureError', message: /'count'/ });
    assert.equal(count, 0);
  },

  *'values on a channel that cannot be copied'(drive) {
    const channel = chan(1);
    const wrong = { name: 'DataCloneError' };
    refuses(() => channel.trySend(Symbol('no copy')), wrong);
    yield* refusesWhenDriven(drive, () => channel.send({ list: ['some text of more than a cell', new WeakSet()] }), {
      ...wrong,
      message: /list\[1\]/,
    });
    yield* refusesWhenDriven(
      drive,
      () =>
        channel.send(
          new Proxy(
            {},
            {
              ownKeys: () => {
                throw new RangeError('of a getter');
              },
            },
          ),
        ),
      Error,
    );
    assert.equal(channel.length, 0);
    yield* drive(channel.send('works'));
    assert.equal(yield* drive(channel.recv()), 'works');
  },

  *'transfer of what cannot be moved'() {
    const moved = new ArrayBuffer(8);
    structuredClone(moved, { transfer: [moved] });
    refuses(() => go(needsCopies, transfer(moved)), { name: /DataCloneError|TypeError/ });
    refuses(() => transfer(7), { name: 'TypeError', message: /^transfer\(\) takes an ArrayBuffer/ });
  },

  *capacities() {
    for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null, 1n, {}]) {
      refuses(() => chan(wrong), {
        name: 'RangeError',
        message: `chan capacity must be a whole number of at least 0, got ${shown(wrong)}`,
      });
    }
    refuses(() => chan(2 ** 40), { name: 'ArenaExhaustedError', message: /^no room for / });
    refuses(() => chan(Number.MAX_SAFE_INTEGER), { name: 'ArenaExhaustedError', message: /^no room for / });
  },

  *'closed channels'(drive) {
    const channel = chan(1);
    channel.close();
    const text = 'a text that needs a block of its own';
    refuses(() => channel.close(), { name: 'ClosedChannelError', message: 'close of closed channel' });
    refuses(() => channel.trySend(text), { name: 'ClosedChannelError', message: 'send on closed channel' });
    yield* refusesWhenDriven(drive, () => channel.send(text), { name: 'ClosedChannelError', message: 'send on closed channel' });
    yield* refusesWhenDriven(drive, () => select({ send: channel.send(text), never: null }), {
      name: 'ClosedChannelError',
      message: 'send on closed channel',
    });
  },

  *'locks and groups'() {
    const mutex = new Mutex();
    const group = new WaitGroup();
    const value = new AtomicInt();
    refuses(() => mutex.unlock(), { name: 'SyncError', message: 'unlock of unlocked mutex' });
    refuses(() => group.done(), { name: 'SyncError', message: /^negative WaitGroup counter: 0 \+ -1/ });
    refuses(() => group.add('2'), { name: 'RangeError' });
    refuses(() => value.add(0.5), { name: 'RangeError' });
  },

  *'sleep and wait'() {
    for (const wrong of [undefined, '5', Number.NaN, null]) {
      refuses(() => sleep(wrong), {
        name: 'RangeError',
        message: `sleep takes milliseconds as a number, got ${shown(wrong)}`,
      });
    }
    for (const [wrong, what] of [
      [undefined, 'undefined'],
      [null, 'null'],
      [5, 'number'],
      [{}, 'object'],
      [() => undefined, 'function'],
    ]) {
      refuses(() => wait(wrong), { name: 'TypeError', message: `wait takes a promise, got ${what}` });
    }
  },

  *'a select whose sends cannot all be copied'(drive) {
    const first = chan(1);
    const cases = () =>
      select({ copied: first.send('a text that needs a block of its own'), not: chan(1).send(Symbol('no copy')) });
    let error;
    for (let time = 0; time < TIMES; time++) {
      try {
        yield* drive(cases());
      } catch (thrown) {
        error = thrown;
      }
      assert.equal(error.name, 'DataCloneError');
      assert.equal(first.length, 0);
    }
  },

  *'a joiner of a result that cannot be copied is told why'(drive) {
    const handle = go(() => ({ socket: Symbol('no copy') }));
    let error;
    try {
      yield* drive(handle.join());
    } catch (thrown) {
      error = thrown;
    }
    assert.equal(error.name, 'DataCloneError');
    assert.match(error.message, /return from a goroutine/);
    assert.match(error.message, /socket/);
  },
};
