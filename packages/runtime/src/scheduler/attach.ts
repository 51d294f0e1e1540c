/** Makes this thread a machine: maps what every layer keeps for one arena. */

import { withReserve } from '../memory/heap.ts';
import { initializeCreationSites } from './creation-sites.ts';
import { initializeFunctions } from './function-table.ts';
import { initializeGoroutineNumbers } from './goroutine.ts';
import { machine } from './machine.ts';
import { installPreemption } from './preempt.ts';
import { initializeScratch } from './scratch.ts';
import { initializeWaiters } from './waiter.ts';

/** The arena is mapped already. */
export function attachMachine(number: number): void {
  machine.attach(number);
  initializeGoroutineNumbers();
  initializeFunctions();
  initializeCreationSites();
  // Some bytes, without which a thread can do nothing, not even say that memory is full.
  withReserve(() => {
    initializeWaiters();
    initializeScratch();
  });
  installPreemption();
}
