import { describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

describe('contexts and timers', () => {
  it.each([
    ['cancelled', 'all cancelled\n'],
    ['stopped', 'all stopped\n'],
    ['listening', 'main is through\n'],
    ['no deadlock', 'no deadlock\n'],
    ['select', '100\n'],
  ])('that are over or cannot happen keep no process: %s', async (program, stdout) => {
    expect(await runProgram('contexts', program)).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('that are pending keep the process', async () => {
    const stdout = 'main is through\nfired\ncontext deadline exceeded\nticked\n';
    expect(await runProgram('contexts', 'pending')).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('that nothing can happen to are a deadlock', async () => {
    const stdout = 'DeadlockError\n'.repeat(3);
    expect(await runProgram('contexts', 'deadlock')).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('are given back', async () => {
    const ended = await runProgram('contexts', 'memory', { flags: ['--expose-gc'] });
    expect(ended).toEqual({ code: 0, stdout: 'all given back\n', stderr: '' });
  });

  it('can be cancelled when memory is full', async () => {
    const ended = await runProgram('contexts', 'full', { flags: ['--expose-gc'] });
    expect(ended).toEqual({ code: 0, stdout: 'goes on\n', stderr: '' });
  });

  it.each(['1', '2'])('outlive the thread that they were made on, of %s', async (GOMAXPROCS) => {
    const ended = await runProgram('contexts', 'lost', { env: { GOMAXPROCS } });
    expect(ended).toEqual({ code: 0, stdout: 'taken over\n', stderr: '' });
  });

  it('AsyncLocalStorage: where the library is loaded makes no difference', async () => {
    const stdout = "[ undefined, undefined, 'its own', 'its own', undefined ]\n";
    expect(await runProgram('storage', 'loadedInside')).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('live on when the runtime is started again', async () => {
    expect(await runProgram('contexts', 'restarts')).toEqual({ code: 0, stdout: 'context canceled\n', stderr: '' });
  });

  it('a group ends with the runtime', async () => {
    const stdout = "RuntimeStateError 0 Set(1) { 'failed' }\nand a new start\n";
    expect(await runProgram('contexts', 'shutdown of a group')).toEqual({ code: 0, stdout, stderr: '' });
  });
});
