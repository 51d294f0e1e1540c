// The results of the loops of the suite `preemption`, computed by plain functions.

export function sumOf(rounds: number): number {
  let total = 0;
  for (let index = 0; index < 100_000; index++) total += index % 17;
  return total * rounds;
}

export function traceOf(rounds: number): number {
  const size = 200;
  let trace = 0;
  for (let row = 0; row < size; row++) {
    for (let at = 0; at < size; at++) trace += ((row * size + at) % 7) * ((at * size + row) % 5);
  }
  return trace * rounds;
}

export function lcgOf(steps: number): number {
  let state = 1;
  for (let step = 0; step < steps; step++) state = (Math.imul(state, 1664525) + 1013904223) | 0;
  return state;
}
