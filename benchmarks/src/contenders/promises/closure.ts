import { timed } from '../../harness/clock.ts';
import type { Program, Programs } from '../../harness/protocol.ts';

async function one(): Promise<number> {
  await undefined;
  return 1;
}

async function weigh(number: number, text: string): Promise<number> {
  await undefined;
  return number + text.length;
}

function joined(start: (number: number, text: string) => Promise<number>): Program {
  return {
    sample: (size) =>
      timed(async () => {
        const started: Promise<number>[] = [];
        for (let number = 0; number < size; number++) started.push(start(number, 'abcde'));
        let sum = 0;
        for (const promise of started) sum += await promise;
        return sum;
      }),
  };
}

export default {
  'top-level': joined(one),
  arguments: joined(weigh),
  captured: joined((number, text) => {
    const closure = async () => {
      await undefined;
      return number + text.length;
    };
    return closure();
  }),
} satisfies Programs;
