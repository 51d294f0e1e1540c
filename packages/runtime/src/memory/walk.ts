/**
 * Every small block of a kind, found by going through the pages: what costs nothing while nobody asks. Other threads may
 * be allocating and freeing meanwhile, so the visitor must make sure for itself that a block is what it looks for.
 */
import { arena } from './arena.ts';
import { bytesOfClass, kindOf, release, retainLiving } from './heap.ts';
import { BLOCK_HEADER_WORDS, FIRST_HEAP_PAGE, PAGE_BYTES, PAGE_CLASSES, PAGE_COUNT, PAGE_WORDS } from './layout.ts';

export function forEachBlock(kind: number, visit: (address: number) => void): void {
  walkBlocks(kind, 0, FIRST_HEAP_PAGE, Number.POSITIVE_INFINITY, visit);
}

/** The same for a visitor that changes what it finds: a block that is held cannot become another one meanwhile. */
export function forEachLiving(kind: number, visit: (address: number) => void): void {
  forEachBlock(kind, (address) => {
    if (!retainLiving(address)) return;
    if (kindOf(address) === kind) visit(address);
    release(address);
  });
}

/** From here on a walk begins anew. */
export const WALK_START = FIRST_HEAP_PAGE;

/**
 * A part of such a walk: from this page on, until it has looked at so many blocks of at least `byteLength` bytes (pages of smaller
 * ones are passed over). Returns the page to go on with, WALK_START when that was the last.
 */
export function walkBlocks(
  kind: number,
  byteLength: number,
  from: number,
  most: number,
  visit: (address: number) => void,
): number {
  const pages = arena.words[PAGE_COUNT]!;
  let looked = 0;
  for (let page = from; page < pages; page++) {
    const sizeClass = arena.words[PAGE_CLASSES + page]! - 1;
    if (sizeClass < 0) continue;
    const size = bytesOfClass(sizeClass);
    if (size < byteLength) continue;
    if (looked >= most) return page;
    const count = Math.floor(PAGE_BYTES / size);
    looked += count;
    const first = page * PAGE_WORDS + BLOCK_HEADER_WORDS;
    for (let index = 0; index < count; index++) {
      const address = first + (index * size) / 4;
      if (kindOf(address) === kind) visit(address);
    }
  }
  return WALK_START;
}
