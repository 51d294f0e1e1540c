// The Mandelbrot set, of the benchmarks game: rows are taken by whichever goroutine is free, and drawn into memory that all
// share. Nobody waits for anybody: the next row is a counter, and the picture is done when all goroutines are.

import { createHash } from 'node:crypto';
import { AtomicInt, go, run, runtime } from 'goroutines';

const iterations = 50;

function isInside(real: number, imaginary: number): boolean {
  let [x, y] = [0, 0];
  for (let step = 0; step < iterations; step++) {
    const next = x * x - y * y + real;
    y = 2 * x * y + imaginary;
    x = next;
    if (x * x + y * y > 4) return false;
  }
  return true;
}

/** Bits, eight to a byte, the leftmost in the highest. Gives how many points are inside. */
function draw(picture: Uint8Array<SharedArrayBuffer>, size: number, nextRow: AtomicInt): number {
  const width = Math.ceil(size / 8);
  let inside = 0;
  for (let row = nextRow.add(1) - 1; row < size; row = nextRow.add(1) - 1) {
    for (let column = 0; column < size; column++) {
      if (!isInside((2 * column) / size - 1.5, (2 * row) / size - 1)) continue;
      picture[row * width + (column >> 3)]! |= 0x80 >> (column & 7);
      inside++;
    }
  }
  return inside;
}

function* main(size: number) {
  const picture = new Uint8Array(new SharedArrayBuffer(size * Math.ceil(size / 8)));
  const nextRow = new AtomicInt();
  const painters = Array.from({ length: runtime.procs }, () => go(draw, picture, size, nextRow));
  let inside = 0;
  for (const painter of painters) inside += yield* painter;
  console.log(`${inside} of ${size * size} points are inside`);
  console.log(`MD5 of the picture as PBM: ${createHash('md5').update(`P4\n${size} ${size}\n`).update(picture).digest('hex')}`);
}

await run(main, Number(process.argv[2] ?? 200));
