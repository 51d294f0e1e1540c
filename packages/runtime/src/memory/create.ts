/** Makes a fresh arena and maps it into this thread, which becomes machine 0. */
import { attachArena, MAXIMUM_HEAP_BYTES, MINIMUM_HEAP_BYTES } from './arena.ts';
import { createMemory, initializeCore, type WasmMemory } from './core.ts';
import { initializeHeap } from './heap.ts';
import { PAGE_BYTES } from './layout.ts';
import { initializePages } from './pages.ts';
import { initializePressure } from './pressure.ts';

export function createArena(heapBytes: number): WasmMemory {
  if (!Number.isSafeInteger(heapBytes) || heapBytes < MINIMUM_HEAP_BYTES || heapBytes > MAXIMUM_HEAP_BYTES) {
    throw new RangeError(
      `heapBytes must be a whole number of bytes from ${MINIMUM_HEAP_BYTES} to ${MAXIMUM_HEAP_BYTES}, got ${heapBytes}`,
    );
  }
  const memory = createMemory(Math.ceil(heapBytes / PAGE_BYTES));
  attachArena(memory);
  initializeCore(0);
  initializePages();
  initializePressure();
  initializeHeap(0);
  return memory;
}

/** Maps an arena that another thread made into this one, as machine `machine`. */
export function joinArena(memory: WasmMemory, machine: number): void {
  attachArena(memory);
  initializeCore(machine);
  initializeHeap(machine);
}
