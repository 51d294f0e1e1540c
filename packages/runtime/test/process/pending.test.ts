import { describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

const answers = (...numbers: number[]): string => numbers.map((number) => `failure, answer ${number}\n`).join('');

describe.each(['1', '2'])('what a thread has to load first, on %s', (GOMAXPROCS) => {
  it.each([
    ['sent away from a lock', answers(1, 2, 3, 4, 5)],
    ['sent away from a lock in async code', answers(6)],
  ])('%s', async (program, stdout) => {
    expect(await runProgram('pending', program, { env: { GOMAXPROCS } })).toEqual({ code: 0, stdout, stderr: '' });
  });
});
