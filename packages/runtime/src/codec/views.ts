/** Two more views of the arena for texts and unaligned numbers, made when this thread first needs them. */
import { Buffer } from 'node:buffer';
import { arena } from '../memory/arena.ts';

let mapped: SharedArrayBuffer | undefined;

export let arenaBuffer: Buffer;
export let arenaView: DataView;

/** Call before using the views: an arena may have been attached since. */
export function mapViews(): void {
  if (mapped === arena.buffer) return;
  mapped = arena.buffer;
  arenaBuffer = Buffer.from(arena.buffer);
  arenaView = new DataView(arena.buffer);
}
