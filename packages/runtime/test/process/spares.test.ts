/** Threads end while something is asked of them: nothing waits for their answer. */
import { expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

const over = { code: 0, stderr: '', stdout: 'over\n' };

it('the process does not end while the number of processors changes', async () => {
  expect(await runProgram('spares', 'processors')).toEqual(over);
});

it.each(['busy', 'lost'])('a spare thread that has taken a goroutine holds up nobody: %s', async (how) => {
  expect(await runProgram('spares', how)).toEqual(over);
});

it('a lost thread is not replaced by one with the number of a thread that is ending', async () => {
  expect(await runProgram('spares', 'numbers')).toEqual({ ...over, stdout: 'ThreadLostError\nover\n' });
});

it('all are stopped, though one is lost before its turn', async () => {
  expect(await runProgram('spares', 'stop')).toEqual(over);
});

it('a thread that is lost before the last of the first ones has come is replaced', async () => {
  expect(await runProgram('spares', 'start', { flags: ['--import', './lost-while-starting.mjs'] })).toEqual(over);
});

it.each([
  ['throw', 'Error: nothing for threads'],
  ['exit', 'a thread ended with code 3 before it was ready. What the process imports first'],
])('a thread that ends before it is ready is not waited for: %s', async (how, why) => {
  const flags = ['--import', './ends-in-threads.mjs'];
  const { code, stdout, stderr } = await runProgram('spares', 'unready', { flags, env: { ENDS: how } });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('the runtime could not start its 2 threads');
  expect(stderr).toContain(why);
});

it('a report does not wait for a thread that has ended', async () => {
  expect(await runProgram('spares', 'reports')).toEqual(over);
});
