// Every other example, as a program: what it prints, apart from times and from orders that are left open.

import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { runExample, sortedLines, startExample } from './run-example.ts';

test('--list names every example', async () => {
  const { exitCode, stdout } = await runExample('--list');
  expect(exitCode).toBe(0);
  expect([...stdout.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name)).toEqual([
    'hash',
    'hello',
    'ping-pong',
    'worker-pool',
    'timeout',
    'first-answer',
    'dining-philosophers',
    'prime-sieve',
    'thread-ring',
    'skynet',
    'http-server',
    'recipes/script',
    'recipes/express',
    'recipes/fastify',
    'recipes/service',
    'recipes/monorepo',
  ]);
});

test('ping-pong', async () => {
  const { exitCode, stdout, stderr } = await runExample('ping-pong', '100');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^200 strokes, [\d.]+ µs for each there and back\n$/);
});

test('worker-pool', async () => {
  const { exitCode, stdout, stderr } = await runExample('worker-pool', '3');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const lines = sortedLines(stdout);
  expect(lines).toHaveLength(11);
  expect(lines).toContain('5133 primes below 50000');
  expect(lines).toContain('41538 primes below 500000');
  expect(lines.at(-1)).toMatch(/^done by 3 workers on \d threads$/);
});

test('timeout', async () => {
  expect(await runExample('timeout')).toEqual({
    exitCode: 0,
    stdout: 'an answer after 10 ms\nno answer within 100 ms\nnothing there yet\n',
    stderr: '',
  });
});

test('first-answer', async () => {
  const { exitCode, stdout, stderr } = await runExample('first-answer');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(sortedLines(stdout)).toEqual([
    'all three have ended',
    'the answer of the quick server',
    'the broken server: never mind',
    'the slow server: never mind',
  ]);
});

test('dining-philosophers', async () => {
  const { exitCode, stdout, stderr } = await runExample('dining-philosophers', '100');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(sortedLines(stdout)).toEqual([
    'Aristotle has eaten 100 times',
    'Hypatia has eaten 100 times',
    'Kant has eaten 100 times',
    'Laozi has eaten 100 times',
    'Simone has eaten 100 times',
    'all have eaten',
  ]);
});

test('prime-sieve', async () => {
  expect(await runExample('prime-sieve', '10')).toEqual({
    exitCode: 0,
    stdout: '2\n3\n5\n7\n11\n13\n17\n19\n23\n29\n',
    stderr: '',
  });
});

test('thread-ring', async () => {
  expect(await runExample('thread-ring', '2000')).toEqual({
    exitCode: 0,
    stdout: 'after 2000 passes the token is with goroutine 492 of 503\n',
    stderr: '',
  });
});

test('skynet', async () => {
  const { exitCode, stdout, stderr } = await runExample('skynet', '10000');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^49995000 is the sum of 10000 leaves, in \d+ ms\n$/);
});

test('http-server', async () => {
  const server = startExample('http-server', '0');
  const complaints = text(server.stderr);
  try {
    const [line] = await once(createInterface(server.stdout), 'line');
    const address = line.match(/^listening on (http:\/\/localhost:\d+)$/)[1];
    const answers = ['/fibonacci/20', '/fibonacci/21', '/', '/fibonacci/46'].map(async (path) =>
      (await fetch(address + path)).json(),
    );
    expect(await Promise.all(answers)).toEqual([
      { index: 20, value: 6765 },
      { index: 21, value: 10946 },
      { ok: true },
      { error: 'try /fibonacci/40; 45 is the most' },
    ]);
  } finally {
    server.kill();
  }
  expect(await complaints).toBe('');
});
