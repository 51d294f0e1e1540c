import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';

async function skynet(number: number, size: number): Promise<number> {
  await undefined;
  if (size === 1) return number;
  const children: Promise<number>[] = [];
  for (let child = 0; child < 10; child++) children.push(skynet(number + (child * size) / 10, size / 10));
  let sum = 0;
  for (const child of children) sum += await child;
  return sum;
}

export default {
  'million-leaves': { sample: (size) => timed(() => skynet(0, size)) },
} satisfies Programs;
