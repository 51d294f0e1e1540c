/**
 * Who holds a lock, as the lock says it for reports: the lowest 32 bits of the goroutine's number, or HOLDER_UNKNOWN for async
 * code. Not a record's address: a goroutine may end without unlocking, and another have its record then.
 */
import { HOLDER_UNKNOWN } from '../memory/blocks.ts';
import { numberOfRecord } from './goroutine.ts';
import { machine, type Waiting } from './machine.ts';

/** The goroutine that runs now. */
export function currentHolder(): number {
  const task = machine.current;
  return task === null ? HOLDER_UNKNOWN : holderOf(numberOfRecord(task.record));
}

/** On whose behalf an operation is begun: async code may begin one while a goroutine runs. */
export function holderFor(waiting: Waiting): number {
  const task = machine.current;
  return task !== waiting || task === null ? HOLDER_UNKNOWN : holderOf(numberOfRecord(task.record));
}

/** As which the goroutine of that number is noted. */
export function holderOf(number: number): number {
  return number | 0 || HOLDER_UNKNOWN;
}
