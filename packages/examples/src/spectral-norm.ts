// The spectral norm of an infinite matrix, of the benchmarks game: the power method, each product of matrix and vector cut
// into as many parts as there are threads. The vectors lie in memory that all share; joining the parts is the barrier
// between one product and the next.

import { type Goroutine, go, run, runtime } from 'goroutines';

type Vector = Float64Array<SharedArrayBuffer>;

function entry(row: number, column: number): number {
  return 1 / (((row + column) * (row + column + 1)) / 2 + row + 1);
}

/** Rows `from` to `to` of the product with the matrix, or with the matrix turned over. */
function multiplyRows(vector: Vector, product: Vector, from: number, to: number, turned: boolean) {
  for (let row = from; row < to; row++) {
    let sum = 0;
    for (let column = 0; column < vector.length; column++) {
      sum += (turned ? entry(column, row) : entry(row, column)) * vector[column]!;
    }
    product[row] = sum;
  }
}

function* multiply(vector: Vector, product: Vector, turned: boolean) {
  const parts: Goroutine<void>[] = [];
  const size = Math.ceil(vector.length / runtime.procs);
  for (let from = 0; from < vector.length; from += size) {
    parts.push(go(multiplyRows, vector, product, from, Math.min(from + size, vector.length), turned));
  }
  for (const part of parts) yield* part;
}

function newVector(size: number): Vector {
  return new Float64Array(new SharedArrayBuffer(8 * size));
}

function dot(one: Vector, other: Vector): number {
  return one.reduce((sum, value, index) => sum + value * other[index]!, 0);
}

function* main(size: number) {
  const [u, v, between] = [newVector(size).fill(1), newVector(size), newVector(size)];
  for (let round = 0; round < 10; round++) {
    yield* multiply(u, between, false);
    yield* multiply(between, v, true);
    yield* multiply(v, between, false);
    yield* multiply(between, u, true);
  }
  console.log(Math.sqrt(dot(u, v) / dot(v, v)).toFixed(11));
}

await run(main, Number(process.argv[2] ?? 1000));
