import { describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

const flags = ['--expose-gc'];

describe('shared memory of 8 MiB', () => {
  it.each([
    ['values', 'goes on\n'],
    ['texts', 'filled three times\n'],
    ['goroutines', 'goes on\n'],
    ['channels', 'goes on\n'],
    ['otherSizes', 'goes on\n'],
    ['inGoroutines', 'goes on\n'],
    ['noThread', 'goes on\n'],
  ])('is exhausted with an error, and works again when something was given back: %s', async (program, stdout) => {
    expect(await runProgram('memory', program, { flags })).toEqual({ code: 0, stdout, stderr: '' });
  });

  it.each([
    ['dropped', '200,000 channels were made and dropped\n'],
    ['handles', '300,000 goroutines were started and dropped\n'],
    ['joined', '1,000,000 goroutines were started and joined\n'],
  ])('is enough for ever when things are dropped: %s', async (program, stdout) => {
    expect(await runProgram('memory', program)).toEqual({ code: 0, stdout, stderr: '' });
  });
});

it('captured values are let go', async () => {
  expect(await runProgram('memory', 'captured', { flags })).toEqual({ code: 0, stdout: 'let go\n', stderr: '' });
});

it('does not grow when the runtime is started again and again', async () => {
  expect(await runProgram('memory', 'starts', { flags })).toEqual({ code: 0, stdout: 'ten starts\n', stderr: '' });
});

it('ten rounds of a million goroutines take less than 1.5 GB and do not grow', async () => {
  expect(await runProgram('memory', 'million')).toEqual({ code: 0, stdout: 'ten million goroutines\n', stderr: '' });
});
