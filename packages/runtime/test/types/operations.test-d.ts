/** A forgotten `yield*` or `await` is a type error wherever the outcome is used. Compiled by `types.test.ts`, and never run. */
import { chan, type Goroutine, type Guard, go, Mutex, type Op, select, sleep, wait } from 'goroutines';

const ch = chan<number>();
const mutex = new Mutex();
const use = (..._values: unknown[]): void => undefined;

/** Fails to compile where the two types differ. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_same: Same<A, B>): void => undefined;

export function* driven() {
  const value = yield* ch.recv();
  same<typeof value, number | undefined>(true);
  const [one, ok] = yield* ch.recvOk();
  if (ok) same<typeof one, number>(true);
  const nothing = yield* ch.send(1);
  same<typeof nothing, void>(true);
  const guard = yield* mutex.lock();
  same<typeof guard, Guard>(true);
  const text = yield* wait(Promise.resolve('text'));
  same<typeof text, string>(true);
  const result = yield* go(function* (n: number) {
    yield* sleep(n);
    return `${n}`;
  }, 1);
  same<typeof result, string>(true);
  const hit = yield* select({ received: ch.recv(), late: sleep(1) });
  if (hit.key === 'received') same<typeof hit.value, number | undefined>(true);
}

export async function awaited() {
  const value = await ch.recv();
  same<typeof value, number | undefined>(true);
}

export function* forgotten() {
  // @ts-expect-error an operation is not what it gives
  const value: number = ch.recv();
  // @ts-expect-error
  const perhaps: number | undefined = ch.recv();
  // @ts-expect-error
  const sum = ch.recv() + 1;
  // @ts-expect-error
  const less = ch.recv() < 1;
  // @ts-expect-error
  const equal = ch.recv() === 1;
  // @ts-expect-error
  const { key } = select({ received: ch.recv() });
  // @ts-expect-error
  const name = wait(Promise.resolve({ name: 'a' })).name;
  // @ts-expect-error
  mutex.lock().unlock();
  // @ts-expect-error a handle is not the result
  const result: number = go(() => 1);
  // @ts-expect-error what is received is an operation
  use(ch.send(ch.recv()));
  use(value, perhaps, sum, less, equal, key, name, result);
}

// @ts-expect-error a goroutine may not use what it has not waited for
export const early = (goroutine: Goroutine<number>): number => goroutine.join();
export const late = (goroutine: Goroutine<number>): Op<number> => goroutine.join();
export const itself = (goroutine: Goroutine<number>): Op<number> => goroutine;
