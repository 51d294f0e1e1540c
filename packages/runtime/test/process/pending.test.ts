import { describe, expect, it } from 'vitest';
import { ownLines, runProgram } from '../helpers/child.ts';

const answers = (...numbers: number[]): string => numbers.map((number) => `failure, answer ${number}\n`).join('');
const NOT_HERE = 'holds a function or a moved object that is not on this thread yet: receive it with recv(), which waits for it';

describe.each(['1', '2'])('what a thread has to load first, on %s', (GOMAXPROCS) => {
  it.each([
    ['sent away from a lock', answers(1, 2, 3, 4, 5)],
    ['sent away from a lock in async code', answers(6)],
    ['the error of a failed source', answers(7, 8, 9, 10)],
    ['the error of a failed source in async code', answers(11)],
    ['tryRecv from a failed source', `DataCloneError: tryRecv: the error that ended this channel ${NOT_HERE}\n`],
    [
      'errors that nobody joins, told to a listener',
      'first: failure, answer 13\nsecond: plain, answer undefined\nthird: failure, answer 14\n',
    ],
  ])('%s', async (program, stdout) => {
    expect(await runProgram('pending', program, { env: { GOMAXPROCS } })).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('an error that nobody joins ends the process as itself', async () => {
    const ended = await runProgram('pending', 'an error that nobody joins', { env: { GOMAXPROCS } });
    expect(ownLines(ended.stderr)).toMatch(
      /Error: 404\n {4}at fetches \(pending\.mjs:\d+:\d+\)\n[\s\S]*in goroutine \d+ \(fetcher\), which nobody joined\ncreated by go/,
    );
    expect(ended.stderr).toContain('toJSON: [Function (anonymous)]\n');
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 1, stdout: '' });
  });
});
