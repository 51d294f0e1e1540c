/** What the compiler says of contexts, timers and groups. */
import {
  background,
  type CanceledError,
  type CancelFunction,
  type Context,
  DeadlineExceededError,
  fromSignal,
  type Goroutine,
  type Group,
  go,
  group,
  type Op,
  type RecvChan,
  select,
  type Ticker,
  type Timer,
  ticker,
  timer,
  WaitGroup,
  withCancel,
  withDeadline,
  withTimeout,
  withValue,
} from 'goroutines';
import { describe, expectTypeOf, test } from 'vitest';

declare const ctx: Context;

describe('contexts', () => {
  test('are made of each other', () => {
    expectTypeOf(background()).toEqualTypeOf<Context>();
    expectTypeOf(withCancel(ctx)).toEqualTypeOf<[ctx: Context, cancel: CancelFunction]>();
    expectTypeOf(withTimeout(ctx, 5)).toEqualTypeOf<[ctx: Context, cancel: CancelFunction]>();
    expectTypeOf(withDeadline(ctx, new Date())).toEqualTypeOf<[ctx: Context, cancel: CancelFunction]>();
    expectTypeOf(withDeadline(ctx, Date.now())).toEqualTypeOf<[ctx: Context, cancel: CancelFunction]>();
    expectTypeOf(withValue(ctx, 'key', 1)).toEqualTypeOf<Context>();
    expectTypeOf(withValue(ctx, Symbol.for('key'), 1)).toEqualTypeOf<Context>();
    expectTypeOf(fromSignal(AbortSignal.abort())).toEqualTypeOf<Context>();
    // @ts-expect-error a key is no object
    withValue(ctx, {}, 1);
    // @ts-expect-error there is no context
    withCancel();
    // @ts-expect-error a signal is no context
    withCancel(AbortSignal.abort());
    // @ts-expect-error the right to cancel is apart
    ctx.cancel();
  });

  test('have', () => {
    expectTypeOf(ctx.done).toEqualTypeOf<RecvChan<never>>();
    expectTypeOf(ctx.err).toEqualTypeOf<CanceledError | undefined>();
    expectTypeOf(ctx.cause).toEqualTypeOf<unknown>();
    expectTypeOf(ctx.deadline).toEqualTypeOf<Date | undefined>();
    expectTypeOf(ctx.signal).toEqualTypeOf<AbortSignal>();
    expectTypeOf(ctx.value('key')).toEqualTypeOf<unknown>();
    expectTypeOf(ctx.value<{ id: number }>('key')).toEqualTypeOf<{ id: number } | undefined>();
    expectTypeOf(new DeadlineExceededError('late')).toExtend<CanceledError>();
    // @ts-expect-error nobody sends there
    ctx.done.send(1);
    // @ts-expect-error nobody closes it but the context
    ctx.done.close();
    // @ts-expect-error it is what it is
    ctx.err = undefined;
  });

  test('go with goroutines', () => {
    expectTypeOf(go.with({ context: ctx, name: 'a' }, (value: number) => value, 1)).toEqualTypeOf<Goroutine<number>>();
    // @ts-expect-error a signal has an option of its own
    go.with({ context: AbortSignal.abort() }, () => 1);
    function* waits() {
      const hit = yield* select({ done: ctx.done.recv(), time: timer(1).chan.recv() });
      if (hit.key === 'time') expectTypeOf(hit.value).toExtend<number | undefined>();
    }
    expectTypeOf(go(waits)).toEqualTypeOf<Goroutine<void>>();
  });
});

test('timers and tickers', () => {
  expectTypeOf(timer(1)).toEqualTypeOf<Timer>();
  expectTypeOf(ticker(1)).toEqualTypeOf<Ticker>();
  expectTypeOf(timer(1).chan).toEqualTypeOf<RecvChan<number>>();
  expectTypeOf(timer(1).stop()).toEqualTypeOf<boolean>();
  expectTypeOf(timer(1).reset(2)).toEqualTypeOf<boolean>();
  // @ts-expect-error the runtime sends there
  timer(1).chan.send(1);
});

test('groups', () => {
  expectTypeOf(group()).toEqualTypeOf<Group>();
  const all = group(ctx);
  expectTypeOf(all.context).toEqualTypeOf<Context>();
  expectTypeOf(all.wait()).toEqualTypeOf<Op<void>>();
  expectTypeOf(all.go((a: number, b: string) => `${a}${b}`, 1, 'b')).toEqualTypeOf<Goroutine<string>>();
  expectTypeOf(all.go(async () => 1)).toEqualTypeOf<Goroutine<number>>();
  expectTypeOf(all.tryGo(() => 1)).toEqualTypeOf<Goroutine<number> | null>();
  function* gives(value: number) {
    yield* all.wait();
    return { value };
  }
  expectTypeOf(all.go(gives, 1)).toEqualTypeOf<Goroutine<{ value: number }>>();
  expectTypeOf(new WaitGroup().go(gives, 1)).toEqualTypeOf<Goroutine<{ value: number }>>();
  // @ts-expect-error it takes a number
  all.go(gives, 'text');
  // @ts-expect-error it takes one
  all.go(gives);
  // @ts-expect-error a limit is a number
  all.setLimit('2');
});
