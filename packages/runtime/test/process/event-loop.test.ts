import { expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

it.each(['channel', 'iteration', 'handle', 'local', 'group', 'select'])(
  'async code that never has to wait does not keep out the event loop: %s',
  async (program) => {
    expect(await runProgram('event-loop', program)).toEqual({ code: 0, stdout: 'the timer has fired\n', stderr: '' });
  },
);
