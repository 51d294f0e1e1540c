/** What the compiler says of `go` and `run`: arguments are checked, results are known. */
import type { RecordableHistogram } from 'node:perf_hooks';
import { type Deadlock, type Goroutine, type GoroutineInfo, go, type Op, run, runtime, wait } from 'goroutines';
import { expectTypeOf, test } from 'vitest';

function* add(one: number, other: number) {
  return one + other;
}
function* maybe(text: string, length?: number): Generator<unknown, string> {
  return text.slice(length);
}

test('the result of a goroutine is that of its function', async () => {
  expectTypeOf(go(add, 1, 2)).toEqualTypeOf<Goroutine<number>>();
  expectTypeOf(go(() => 'plain')).toEqualTypeOf<Goroutine<string>>();
  expectTypeOf(go(async () => 7)).toEqualTypeOf<Goroutine<number>>();
  expectTypeOf(go.local(add, 1, 2)).toEqualTypeOf<Goroutine<number>>();
  expectTypeOf(go.with({ name: 'adds' }, add, 1, 2)).toEqualTypeOf<Goroutine<number>>();
  expectTypeOf(await go(add, 1, 2)).toEqualTypeOf<number>();
  expectTypeOf(await run(add, 1, 2)).toEqualTypeOf<number>();
  expectTypeOf(go(add, 1, 2).join()).toEqualTypeOf<Op<number>>();
  function* main() {
    expectTypeOf(yield* go(add, 1, 2)).toEqualTypeOf<number>();
    expectTypeOf(yield* go(add, 1, 2).join()).toEqualTypeOf<number>();
    expectTypeOf(yield* wait(Promise.resolve('text'))).toEqualTypeOf<string>();
  }
  expectTypeOf(run(main)).resolves.toEqualTypeOf<void>();
});

test('arguments are those of the function', () => {
  go(maybe, 'text');
  go(maybe, 'text', 1);
  // @ts-expect-error one is missing
  go(add, 1);
  // @ts-expect-error one too many
  go(add, 1, 2, 3);
  // @ts-expect-error another type
  go(add, 1, '2');
  // @ts-expect-error another type
  go.local(add, 1, '2');
  // @ts-expect-error another type
  go.with({}, maybe, 7);
  // @ts-expect-error another type
  run(maybe, 7);
  // @ts-expect-error a generator is no function
  go(add(1, 2));
  // @ts-expect-error an option that there is not
  go.with({ nmae: 'adds' }, add, 1, 2);
});

test('a handle is read only', () => {
  const handle = go(add, 1, 2);
  expectTypeOf(handle.id).toEqualTypeOf<number>();
  expectTypeOf(handle.status).toEqualTypeOf<'runnable' | 'running' | 'waiting' | 'done' | 'failed'>();
  // @ts-expect-error
  handle.status = 'done';
});

test('what the runtime tells of itself', () => {
  expectTypeOf(runtime.stats().created).toEqualTypeOf<number>();
  expectTypeOf(runtime.stats().machines[0]!.pinned).toEqualTypeOf<number>();
  // @ts-expect-error: no such counter.
  runtime.stats().creations;
  expectTypeOf(runtime.metrics().latency).toEqualTypeOf<RecordableHistogram>();
  expectTypeOf(runtime.deadlocks()).resolves.toEqualTypeOf<Deadlock[]>();
  expectTypeOf(runtime.leaks({ within: 1, except: new Set([1]) })).resolves.toEqualTypeOf<GoroutineInfo[]>();
  // @ts-expect-error: milliseconds.
  void runtime.leaks({ within: '1 s' });
});
