// What runs on the pool's threads.
export { burn } from '../../work/cpu.ts';

export function leaf(number: number): number {
  return number;
}
