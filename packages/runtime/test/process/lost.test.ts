import { describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

describe('a thread that ends in the middle', () => {
  it.each([
    ['joiners', /^ThreadLostError: the thread that this goroutine ran on has ended: .+\nthe thread is replaced 0\n$/],
    ['again', /^five times\n$/],
    ['the others', /^all accounted for\n$/],
    ['queued', /^all ran\n$/],
    ['called', /^ThreadLostError,ThreadLostError,ThreadLostError\n$/],
    ['error', /^RangeError: nobody joins this\n$/],
    ['sender', /^from before\n$/],
    ['mutex', /^locked\nsaw\n$/],
    ['semaphore', /^acquired of 1 0\nsaw 1\n$/],
    ['reader/writer mutex', /^reads\n$/],
    ['source', /^first,second,ThreadLostError: the thread that read the source of this channel has ended: .+\n$/],
    ['streams', /^(CanceledError: the reader of this channel has gone: its thread has ended: .+\n){4}others\n$/],
  ])('takes its own goroutines along and no others: %s, on one thread and on two', async (program, printed) => {
    for (const GOMAXPROCS of ['1', '2']) {
      const { code, stdout, stderr } = await runProgram('lost', program, { env: { GOMAXPROCS }, patience: 20_000 });
      expect(stdout).toMatch(printed);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    }
  });

  it('leaves streams behind also where it ends in order, having had nothing to do', async () => {
    const { code, stdout, stderr } = await runProgram('lost', 'surplus', { patience: 20_000 });
    const why = 'its thread had nothing to do for long, and has ended';
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `CanceledError: the reader of this channel has gone: ${why}\n`,
      stderr: '',
    });
  });
});
