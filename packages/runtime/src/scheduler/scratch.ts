/**
 * Two cells of this thread: a value on its way into an object, and one on its way out. They hold a value only while no
 * other operation of this thread can run: from before an object is locked until right after.
 */
import { allocate, free } from '../memory/heap.ts';
import { KIND_SCRATCH } from '../memory/layout.ts';

export let sendScratch = 0;
export let receiveScratch = 0;

/** Called once for each arena that this thread maps. */
export function initializeScratch(): void {
  const block = allocate(KIND_SCRATCH, 16);
  sendScratch = block >> 1;
  receiveScratch = sendScratch + 1;
}

/** Called when this thread leaves the arena. */
export function giveBackScratch(): void {
  free(sendScratch << 1);
}
