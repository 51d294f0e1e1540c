// The same loops as in goroutines/preemption.ts, without the check.
import { go } from 'goroutines';
import { spent } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { program } from '../goroutines/program.ts';

function* sum(values: Float64Array, rounds: number) {
  'use no-preempt';
  let total = 0;
  for (let round = 0; round < rounds; round++) {
    for (let index = 0; index < values.length; index++) total += values[index]!;
  }
  return total;
}

function* matrix(size: number, rounds: number) {
  'use no-preempt';
  const left = new Float64Array(size * size).map((_, index) => index % 7);
  const right = new Float64Array(size * size).map((_, index) => index % 5);
  let trace = 0;
  for (let round = 0; round < rounds; round++) {
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        let cell = 0;
        for (let at = 0; at < size; at++) {
          cell += left[row * size + at]! * right[at * size + column]!;
        }
        if (row === column) trace += cell;
      }
    }
  }
  return trace;
}

function* lcg(steps: number) {
  'use no-preempt';
  let state = 1;
  let step = 0;
  while (step < steps) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    step++;
  }
  return state;
}

const values = new Float64Array(100_000).map((_, index) => index % 17);

export default {
  sum: program((size) => spent(() => go(sum, values, size))),
  matrix: program((size) => spent(() => go(matrix, 200, size))),
  lcg: program((size) => spent(() => go(lcg, size))),
} satisfies Programs;
