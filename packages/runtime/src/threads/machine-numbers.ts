/**
 * Which numbers machines get. The main thread is 0, workers count from 1, and a number is used again when its thread has ended in
 * order and the main thread knows it. Not that of a lost one: waiters of its may still stand in queues. Only the main thread gives
 * numbers.
 */
import { load, store } from '../memory/atomics.ts';
import {
  MACHINE_COUNT,
  MACHINE_STATE,
  MACHINE_STATE_LOST,
  MACHINE_STATE_NONE,
  MONITOR_MACHINE,
  machineBase,
} from '../memory/layout.ts';

/** The lowest numbers for so many workers of a new start; fewer where there are not so many. */
export function unusedNumbers(count: number): number[] {
  const numbers: number[] = [];
  for (let number = 1; numbers.length < count && number < MONITOR_MACHINE; number++) {
    if (load(machineBase(number) + MACHINE_STATE) !== MACHINE_STATE_LOST) numbers.push(number);
  }
  return numbers;
}

/**
 * The lowest number that no thread has, and no lost one had; -1 when there is none. `taken` are those that the main thread has yet to
 * take back: a thread that ends in order says so by the state of its machine, before the main thread hears of it.
 */
export function freeNumber(taken: readonly number[]): number {
  for (let number = 1; number < MONITOR_MACHINE; number++) {
    if (load(machineBase(number) + MACHINE_STATE) === MACHINE_STATE_NONE && !taken.includes(number)) return number;
  }
  return -1;
}

/** MACHINE_COUNT is above all of these, and never less than before: the counters of machines of an earlier start still count. */
export function coverNumbers(numbers: readonly number[]): void {
  store(MACHINE_COUNT, Math.max(load(MACHINE_COUNT), 1 + Math.max(0, ...numbers)));
}
