import { expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

it('each goroutine prints in its own order, and nothing is lost', async () => {
  const { code, stdout, stderr } = await runProgram('output', 'order');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(2000);
  for (let member = 0; member < 4; member++) {
    const own = lines.filter((line) => line.startsWith(`${member} `));
    expect(own).toEqual(Array.from({ length: 500 }, (_, line) => `${member} ${line}`));
  }
});

it('what a goroutine prints comes out while the main thread is busy', async () => {
  expect(await runProgram('output', 'whileMainIsBusy')).toEqual({
    code: 0,
    stdout: 'out of the goroutine\nmain is through\n',
    stderr: 'its error output\n',
  });
});

it('2 MB come out whole', async () => {
  const { code, stdout, stderr } = await runProgram('output', 'large');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.split('\n');
  expect(lines).toHaveLength(202);
  for (let line = 0; line < 200; line++) expect(lines[line]).toBe(`${String(line).padStart(4)}${'x'.repeat(9995)}`);
  expect(lines[200]).toBe('the last line');
});

it('last words come out before the error that ends the process', async () => {
  const { code, stdout, stderr } = await runProgram('output', 'lastWords');
  expect({ code, stdout }).toEqual({ code: 1, stdout: 'last words\n' });
  expect(stderr).toContain('Error: fails');
});

it('console formats as ever', async () => {
  expect(await runProgram('output', 'formats')).toEqual({
    code: 0,
    stdout: "answer is 42 { deep: [ 1, Map(1) { 'a' => 1 } ] }\n",
    stderr: 'warning\n',
  });
});
