// Awaiting a settled value lets every other ready async function run first.
import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';

async function turns(count: number): Promise<number> {
  for (let turn = 0; turn < count; turn++) await undefined;
  return count;
}

export default {
  gosched: {
    sample: (size) =>
      timed(async () => {
        const [left, right] = await Promise.all([turns(size / 2), turns(size / 2)]);
        return left + right;
      }),
  },
} satisfies Programs;
