/** What the compiler says of `select`: the hit is a union, told apart by its key. */
import {
  after,
  type Chan,
  type Goroutine,
  type Guard,
  Mutex,
  type Op,
  type RecvChan,
  type SendChan,
  select,
  wait,
} from 'goroutines';
import { expectTypeOf, test } from 'vitest';

declare const numbers: Chan<number>;
declare const texts: RecvChan<string>;
declare const handle: Goroutine<string>;
declare const out: SendChan<boolean>;

test('the key tells the value', async () => {
  const hit = await select({ number: numbers.recv(), text: texts.recvOk(), sent: out.send(true), late: after(5) });
  expectTypeOf(hit.key).toEqualTypeOf<'number' | 'text' | 'sent' | 'late'>();
  if (hit.key === 'number') expectTypeOf(hit.value).toEqualTypeOf<number | undefined>();
  if (hit.key === 'text') expectTypeOf(hit.value).toEqualTypeOf<[value: string, ok: true] | [value: undefined, ok: false]>();
  if (hit.key === 'sent') expectTypeOf(hit.value).toEqualTypeOf<void>();
  if (hit.key === 'late') expectTypeOf(hit.value).toEqualTypeOf<void>();
  // @ts-expect-error there is no such case
  if (hit.key === 'default') return;
  // @ts-expect-error nor this one
  if (hit.key === 'nubmer') return;
});

test('in a goroutine likewise', () => {
  function* body() {
    const hit = yield* select({ number: numbers.recv(), lock: new Mutex().lock(), settled: wait(Promise.resolve(new Date())) });
    switch (hit.key) {
      case 'number':
        return expectTypeOf(hit.value).toEqualTypeOf<number | undefined>();
      case 'lock':
        return expectTypeOf(hit.value).toEqualTypeOf<Guard>();
      case 'settled':
        return expectTypeOf(hit.value).toEqualTypeOf<Date>();
      default:
        return expectTypeOf(hit).toBeNever();
    }
  }
  expectTypeOf(body).toBeFunction();
});

test('a receive tells whether the value was sent, and then what it is', async () => {
  const hit = await select({ number: numbers.recv(), sent: out.send(true) });
  if (hit.key === 'number') {
    expectTypeOf(hit.ok).toEqualTypeOf<boolean>();
    if (hit.ok) expectTypeOf(hit.value).toEqualTypeOf<number>();
    else expectTypeOf(hit.value).toEqualTypeOf<undefined>();
  } else {
    expectTypeOf(hit.ok).toEqualTypeOf<undefined>();
  }
});

test('with a default there is one more', async () => {
  const hit = await select({ number: numbers.recv() }, { default: true });
  expectTypeOf(hit.key).toEqualTypeOf<'number' | 'default'>();
  if (hit.key === 'default') expectTypeOf(hit.value).toEqualTypeOf<undefined>();
  const without = await select({ number: numbers.recv() }, { default: false });
  expectTypeOf(without.key).toEqualTypeOf<'number'>();
});

test('a goroutine is a case', async () => {
  const hit = await select({ number: numbers.recv(), ended: handle });
  if (hit.key === 'ended') expectTypeOf(hit.value).toEqualTypeOf<string>();
  const cases: Record<string, Op<string> | null> = { handle, none: null };
  expectTypeOf((await select(cases)).value).toEqualTypeOf<string>();
  // @ts-expect-error a promise is no operation: wait(promise) is one
  select({ late: Promise.resolve() });
  // @ts-expect-error nor is what an operation gives
  select({ list: [1] });
});

test('a null case is never the hit', async () => {
  const hit = await select({ number: numbers.recv(), never: null });
  expectTypeOf(hit.key).toEqualTypeOf<'number'>();
  const open = true as boolean;
  const either = await select({ number: open ? numbers.recv() : null, text: texts.recv() });
  expectTypeOf(either.key).toEqualTypeOf<'number' | 'text'>();
  if (either.key === 'number') expectTypeOf(either.value).toEqualTypeOf<number | undefined>();
});

test('what is no operation is refused', () => {
  // @ts-expect-error a channel is no operation
  select({ number: numbers });
  // @ts-expect-error a promise is none
  select({ settled: Promise.resolve(1) });
  // @ts-expect-error
  select({ number: 7 });
  // @ts-expect-error
  select();
  // @ts-expect-error an option that there is not
  select({ number: numbers.recv() }, { defualt: true });
});
