/** What the compiler says of channels: Go's `test/chan/perm.go`, and what `yield*` and `await` give. */
import { Chan, chan, go, type Op, type RecvChan, type SendChan } from 'goroutines';
import { describe, expectTypeOf, test } from 'vitest';

interface Animal {
  name: string;
}
interface Dog extends Animal {
  bark(): void;
}

declare const both: Chan<number>;
declare const sends: SendChan<number>;
declare const receives: RecvChan<number>;

describe('operations give', () => {
  test('yield* in a goroutine', () => {
    function* body() {
      expectTypeOf(yield* both.send(1)).toEqualTypeOf<void>();
      expectTypeOf(yield* both.recv()).toEqualTypeOf<number | undefined>();
      const received = yield* both.recvOk();
      expectTypeOf(received).toEqualTypeOf<[value: number, ok: true] | [value: undefined, ok: false]>();
      const [value, ok] = received;
      if (ok) expectTypeOf(value).toEqualTypeOf<number>();
      else expectTypeOf(value).toEqualTypeOf<undefined>();
      expectTypeOf(
        yield* both.forEach(function* (each) {
          expectTypeOf(each).toEqualTypeOf<number>();
        }),
      ).toEqualTypeOf<void>();
    }
    expectTypeOf(body).toBeFunction();
  });

  test('await in async code', async () => {
    expectTypeOf(await both.recv()).toEqualTypeOf<number | undefined>();
    expectTypeOf(await both.send(1)).toEqualTypeOf<void>();
    for await (const value of both) expectTypeOf(value).toEqualTypeOf<number>();
    for await (const value of receives) expectTypeOf(value).toEqualTypeOf<number>();
  });

  test('at once', () => {
    expectTypeOf(both.trySend(1)).toEqualTypeOf<boolean>();
    expectTypeOf(both.tryRecv()).toEqualTypeOf<[value: number, ok: true] | [value: undefined, ok: false]>();
    expectTypeOf(both.recv()).toExtend<Op<number | undefined>>();
  });

  test('of the type that was sent only', () => {
    // @ts-expect-error a text is no number
    both.send('text');
    // @ts-expect-error nothing is no number
    both.send();
    // @ts-expect-error a text is no number
    sends.trySend('text');
    // @ts-expect-error a capacity is a number
    chan<number>('7');
    expectTypeOf(chan<number>()).toEqualTypeOf<Chan<number>>();
    // @ts-expect-error a channel is made by chan()
    new Chan<number>(7);
  });
});

describe('one-way channels', () => {
  test('a channel is both of them', () => {
    expectTypeOf<Chan<number>>().toExtend<SendChan<number>>();
    expectTypeOf<Chan<number>>().toExtend<RecvChan<number>>();
  });

  test('neither is a channel, nor the other', () => {
    expectTypeOf<SendChan<number>>().not.toExtend<Chan<number>>();
    expectTypeOf<RecvChan<number>>().not.toExtend<Chan<number>>();
    expectTypeOf<SendChan<number>>().not.toExtend<RecvChan<number>>();
    expectTypeOf<RecvChan<number>>().not.toExtend<SendChan<number>>();
  });

  test('what can be received from cannot be sent on, nor closed', () => {
    // @ts-expect-error
    receives.send(1);
    // @ts-expect-error
    receives.trySend(1);
    // @ts-expect-error
    receives.close();
    expectTypeOf(receives.recv).toBeFunction();
  });

  test('what can be sent on cannot be received from', async () => {
    // @ts-expect-error
    sends.recv();
    // @ts-expect-error
    sends.recvOk();
    // @ts-expect-error
    sends.tryRecv();
    // @ts-expect-error
    sends.forEach(() => {});
    // @ts-expect-error
    sends.toReadable();
    // @ts-expect-error
    for await (const _ of sends);
    expectTypeOf(sends.close).toBeFunction();
  });

  test('both tell their length', () => {
    expectTypeOf(sends.length).toEqualTypeOf<number>();
    expectTypeOf(receives.capacity).toEqualTypeOf<number>();
    // @ts-expect-error only a close closes
    receives.closed = true;
  });

  test('a channel of another type is another channel', () => {
    expectTypeOf<Chan<Dog>>().not.toExtend<Chan<Animal>>();
    expectTypeOf<Chan<Animal>>().not.toExtend<Chan<Dog>>();
    // Who only receives animals may be given dogs, and who only sends dogs may send them where animals go.
    expectTypeOf<Chan<Dog>>().toExtend<RecvChan<Animal>>();
    expectTypeOf<Chan<Animal>>().not.toExtend<RecvChan<Dog>>();
    expectTypeOf<RecvChan<Dog>>().toExtend<RecvChan<Animal>>();
    expectTypeOf<RecvChan<Animal>>().not.toExtend<RecvChan<Dog>>();
    expectTypeOf<Chan<Animal>>().toExtend<SendChan<Dog>>();
    expectTypeOf<Chan<Dog>>().not.toExtend<SendChan<Animal>>();
    expectTypeOf<SendChan<Animal>>().toExtend<SendChan<Dog>>();
    expectTypeOf<SendChan<Dog>>().not.toExtend<SendChan<Animal>>();
  });

  test('through the arguments of go', () => {
    function* producer(_to: SendChan<number>) {}
    function* consumer(_from: RecvChan<number>) {}
    go(producer, both);
    go(consumer, both);
    go(producer, sends);
    go(consumer, receives);
    // @ts-expect-error
    go(producer, receives);
    // @ts-expect-error
    go(consumer, sends);
    // @ts-expect-error
    go(consumer, chan<string>());
  });
});

describe('streams', () => {
  test('of what they bring', () => {
    expectTypeOf(Chan.from([1, 2])).toEqualTypeOf<Chan<number>>();
    expectTypeOf(Chan.from({} as AsyncIterable<Dog>)).toEqualTypeOf<Chan<Dog>>();
    expectTypeOf(Chan.from(new ReadableStream<string>())).toEqualTypeOf<Chan<string>>();
    expectTypeOf(both.toReadableStream()).toExtend<AsyncIterable<number>>();
    // @ts-expect-error
    Chan.from(7);
    // @ts-expect-error
    Chan.from({});
  });
});
