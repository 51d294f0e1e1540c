// One pool a child, its threads started beforehand, as many as the row has.
import { Piscina } from 'piscina';
import type { Request } from '../../harness/protocol.ts';

let pool: Piscina | undefined;

export function start({ threads }: Request): void {
  pool = new Piscina({
    filename: new URL('./tasks.js', import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
  });
}

export function run(task: 'leaf' | 'burn', value: number): Promise<number> {
  return pool!.run(value, { name: task });
}

export async function stop(): Promise<void> {
  await pool!.destroy();
}
