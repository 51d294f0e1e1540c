/** The scheduler's schemes, each in a process of its own: see `programs/schemes.mjs`. */
import { expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

it.each([
  ['nextSlot', '3 0 1 2\n'],
  ['overflow', 'overflowed\n'],
  ['starvation', 'nobody starved\n'],
  ['stealing', 'shared out\n'],
  ['half', 'half and half again\n'],
  ['parkedInLibuv', '10,000 slept\n'],
  ['sockets', '2,000 sockets\n'],
  ['cancelled', 'cancelled\n'],
])('%s', async (program, stdout) => {
  expect(await runProgram('schemes', program)).toEqual({ code: 0, stdout, stderr: '' });
});
