import { describe, expect, it } from 'vitest';
import { ownLines, runProgram } from '../helpers/child.ts';

const answers = (...numbers: number[]): string => numbers.map((number) => `failure, answer ${number}\n`).join('');
const RECEIVED = 'a value with a moved object was received already, on another thread; such an object can be received once';
const NOT_HERE = 'holds a function or a moved object that is not on this thread yet: receive it with recv(), which waits for it';

const FUNCTION =
  'that cannot be copied: a thread has to load it first, and must have this value without waiting. ' +
  'Keep data only, import the function where it is used, or use proxy(value).';
const POSTED = 'which is posted to a thread and must be waited for there. Keep its contents instead.';
/** Its class, name, message, code and stack; not its method. */
const BARE = 'true RangeError out of budget E_BUDGET undefined true';
const OVER = `context canceled: out of budget; ${BARE}; ${BARE}; ${BARE}\n`;

const REASONS_OF_GOROUTINES = `DataCloneError: cannot cancel a goroutine: value is a function ${FUNCTION}
${BARE}
${BARE}
the goroutine was cancelled: () => 'of an AbortSignal'
`;
const REASONS_OF_CONTEXTS = `DataCloneError: cannot cancel a context: value is a function ${FUNCTION} undefined
${OVER}${OVER}out of budget again
context canceled: out of budget
`;
const VALUES_OF_CONTEXTS = `${[
  `value is the function 'double' ${FUNCTION}`,
  `value.methods[0] is a function ${FUNCTION}`,
  `value.file is a Blob, ${POSTED}`,
  `value is a SecretKeyObject, ${POSTED}`,
  `value is a MessagePort, ${POSTED}`,
]
  .map((refusal) => `DataCloneError: cannot keep a value in a context: ${refusal}\n`)
  .join('')}logged once
`;

describe.each(['1', '2'])('what a thread has to load first, on %s', (GOMAXPROCS) => {
  it.each([
    ['what cannot be loaded', 'CaptureError\nCaptureError\n'],
    ['sent away from a lock', answers(1, 2, 3, 4, 5)],
    ['sent away from a lock in async code', answers(6)],
    ['the error of a failed source', answers(7, 8, 9, 10)],
    ['the error of a failed source in async code', answers(11)],
    ['tryRecv from a failed source', `DataCloneError: tryRecv: the error that ended this channel ${NOT_HERE}\n`],
    ['errors that nobody joins, told to a listener', `${answers(13)}plain, answer undefined\n${answers(14)}`],
    ['reasons of goroutines', REASONS_OF_GOROUTINES],
    ['reasons of contexts', REASONS_OF_CONTEXTS],
    ['values of contexts', VALUES_OF_CONTEXTS],
    ['a Blob that several threads receive', "16\n16 16\n[ 'secret', 'secret' ]\nsecret\n"],
    ['what was moved is received once', `${RECEIVED}\n`],
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
