import { expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

it.each(['fromMain', 'inLockStep', 'ofTwoFunctions', 'ofClosures', 'fromAGoroutine'])(
  'as many goroutines as threads run at one time: %s',
  async (program) => {
    expect(await runProgram('parallel', program, { patience: 20_000 })).toEqual({ code: 0, stdout: 'met\n', stderr: '' });
  },
);
