// The library's own runtime with as many workers as the row has. A function given to `spawn` travels as its text, so it
// names nothing from outside itself.
import { initRuntime, type JoinHandle, shutdown } from 'multithreading';
import type { Request } from '../../harness/protocol.ts';

export function start({ threads }: Request): void {
  initRuntime({ maxWorkers: threads });
}

export function stop(): void {
  shutdown();
}

export async function join<T>(handle: JoinHandle<T>): Promise<T> {
  const result = await handle.join();
  if (!result.ok) throw result.error;
  return result.value;
}

/** Joins all and adds up what they give. */
export async function joinSum(handles: readonly JoinHandle<number>[]): Promise<number> {
  let sum = 0;
  for (const handle of handles) sum += await join(handle);
  return sum;
}
