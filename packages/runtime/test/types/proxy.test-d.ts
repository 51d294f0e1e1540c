/** What the compiler says of `proxy` and `transfer`. */
import { go, proxy, type Remote, transfer, wait } from 'goroutines';
import { expectTypeOf, test } from 'vitest';

const counter = {
  count: 0,
  add(amount: number) {
    this.count += amount;
    return this.count;
  },
  async later(text: string) {
    return text.length;
  },
};

test('methods and properties give promises', () => {
  const remote = proxy(counter);
  expectTypeOf(remote).toEqualTypeOf<Remote<typeof counter>>();
  expectTypeOf(remote.add(1)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(remote.later('text')).toEqualTypeOf<Promise<number>>();
  expectTypeOf(remote.count).toEqualTypeOf<Promise<number>>();
  // @ts-expect-error another type
  remote.add('text');
  // @ts-expect-error there is no such method
  remote.subtract(1);
  // @ts-expect-error neither an object nor a function
  proxy(7);
  const add = proxy((one: number, other: number) => one + other);
  expectTypeOf(add(1, 2)).toEqualTypeOf<Promise<number>>();
});

test('a proxy goes where a value goes', () => {
  function* user(remote: Remote<typeof counter>) {
    expectTypeOf(yield* wait(remote.add(1))).toEqualTypeOf<number>();
  }
  go(user, proxy(counter));
  // @ts-expect-error the object itself is none
  go(user, counter);
});

test('transfer gives its argument', () => {
  expectTypeOf(transfer(new ArrayBuffer(8))).toEqualTypeOf<ArrayBuffer>();
  expectTypeOf(transfer(new ReadableStream<string>())).toEqualTypeOf<ReadableStream<string>>();
});
