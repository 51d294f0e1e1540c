/**
 * Every small block of a kind, found by going through the pages: what costs nothing while nobody asks. Other threads may
 * be allocating and freeing meanwhile, so the visitor must make sure for itself that a block is what it looks for.
 */
import { words } from './arena.ts';
import { bytesOfClass, kindOf } from './heap.ts';
import { BLOCK_HEADER_WORDS, FIRST_HEAP_PAGE, PAGE_BYTES, PAGE_CLASSES, PAGE_COUNT, PAGE_WORDS } from './layout.ts';

export function forEachBlock(kind: number, visit: (address: number) => void): void {
  const pages = words[PAGE_COUNT]!;
  for (let page = FIRST_HEAP_PAGE; page < pages; page++) {
    const sizeClass = words[PAGE_CLASSES + page]! - 1;
    if (sizeClass < 0) continue;
    const size = bytesOfClass(sizeClass);
    const first = page * PAGE_WORDS + BLOCK_HEADER_WORDS;
    for (let index = 0; index < Math.floor(PAGE_BYTES / size); index++) {
      const address = first + (index * size) / 4;
      if (kindOf(address) === kind) visit(address);
    }
  }
}
