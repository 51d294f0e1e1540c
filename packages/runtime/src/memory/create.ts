/** Makes a fresh arena and maps it into this thread, which becomes machine 0. */
import { attachArena, MAXIMUM_HEAP_BYTES, MINIMUM_HEAP_BYTES } from './arena.ts';
import { initializeHeap } from './heap.ts';
import { PAGE_BYTES } from './layout.ts';
import { initializePages } from './pages.ts';
import { initializePressure } from './pressure.ts';

export function createArena(heapBytes: number): SharedArrayBuffer {
  if (!Number.isSafeInteger(heapBytes) || heapBytes < MINIMUM_HEAP_BYTES || heapBytes > MAXIMUM_HEAP_BYTES) {
    throw new RangeError(
      `heapBytes must be a whole number of bytes from ${MINIMUM_HEAP_BYTES} to ${MAXIMUM_HEAP_BYTES}, got ${heapBytes}`,
    );
  }
  const shared = new SharedArrayBuffer(Math.ceil(heapBytes / PAGE_BYTES) * PAGE_BYTES);
  attachArena(shared);
  initializePages();
  initializePressure();
  initializeHeap(0);
  return shared;
}

/** Maps an arena that another thread made into this one, as machine `machine`. */
export function joinArena(shared: SharedArrayBuffer, machine: number): void {
  attachArena(shared);
  initializeHeap(machine);
}
