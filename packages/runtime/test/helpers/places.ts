/**
 * Where a program runs: the same text as a goroutine of one worker thread, of several, of this thread, and as async code.
 *
 * A program is a generator function that drives its operations with `yield* drive(operation)`. In a goroutine `drive`
 * hands the operation on; in async code it yields it to `runAsAsyncCode`, which awaits it.
 */
import { go, type Op, runtime } from 'goroutines';
import { runAsAsyncCode } from './users.mjs';

export type Drive = <T>(operation: Op<T>) => Iterable<unknown, T, unknown>;
export type Program = (drive: Drive, ...args: any[]) => Generator<unknown, unknown, any>;

export interface Place {
  readonly name: string;
  readonly procs: number;
  /** Runs a program to its end. */
  run(program: Program, ...args: unknown[]): Promise<unknown>;
}

function inGoroutine<T>(operation: T): T {
  return operation;
}

async function asGoroutine(program: Program, ...args: unknown[]): Promise<unknown> {
  return await go(program, inGoroutine as Drive, ...args);
}

async function asLocalGoroutine(program: Program, ...args: unknown[]): Promise<unknown> {
  return await go.local(program, inGoroutine as Drive, ...args);
}

export const oneThread: Place = { name: 'goroutines of one worker thread', procs: 1, run: asGoroutine };
export const threads: Place = { name: 'goroutines of four worker threads', procs: 4, run: asGoroutine };
export const callingThread: Place = { name: 'goroutines of the calling thread', procs: 0, run: asGoroutine };
export const mainGoroutine: Place = {
  name: 'a goroutine of the main thread with others on workers',
  procs: 2,
  run: asLocalGoroutine,
};
export const asyncCode: Place = { name: 'async code with goroutines on workers', procs: 2, run: runAsAsyncCode };

export const everywhere: readonly Place[] = [oneThread, threads, callingThread, mainGoroutine, asyncCode];
export const inGoroutines: readonly Place[] = [oneThread, threads, callingThread, mainGoroutine];

/** Starts the runtime for a place; when this has come to its end, all threads are there. */
export async function enter(place: Place): Promise<void> {
  runtime.configure({ procs: place.procs });
  await go(() => undefined);
}

export function leave(): Promise<void> {
  return runtime.shutdown();
}
