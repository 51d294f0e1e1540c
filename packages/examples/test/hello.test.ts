// The first program: what it prints hangs only on whether the main goroutine lives long enough for the other one.

import { expect, test } from 'vitest';
import { runExample } from './run-example.ts';

test('the goroutine says hello while main sleeps', async () => {
  expect(await runExample('hello')).toEqual({ exitCode: 0, stdout: 'Hello Goroutine\nmain function ended\n', stderr: '' });
});

test('without the sleep the program ends with its main goroutine', async () => {
  expect(await runExample('hello', '--no-sleep')).toEqual({ exitCode: 0, stdout: 'main function ended\n', stderr: '' });
});
