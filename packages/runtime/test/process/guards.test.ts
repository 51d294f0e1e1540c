import { expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

it('using unlocks at the end of its block, also when that throws', async () => {
  const flags = ['--import', 'tsx'];
  expect(await runProgram('guards.ts', 'using', { flags })).toEqual({
    code: 0,
    stdout: 'inside\ntrue false false\n',
    stderr: '',
  });
});
