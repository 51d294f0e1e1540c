// The recipes, each as a program of its own. Work on the server's own thread would hold up every answer after it; so the
// servers are asked for more than can be computed in any test's time, and must answer all else before.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { runExample, startExample } from './run-example.ts';

const endless = '/primes/1000000000000';

/** Starts a server, hands its address to `use`, and ends it. It must not have complained. */
async function withServer(recipe: string, use: (address: string) => Promise<void>): Promise<void> {
  const server = startExample(`recipes/${recipe}`, '0');
  const complaints = text(server.stderr);
  try {
    const [line] = await once(createInterface(server.stdout), 'line');
    await use(line.match(/^listening on (http:\/\/\S+)$/)[1]);
  } finally {
    server.kill();
  }
  expect(await complaints).toBe('');
}

const json = async (url: string, init?: RequestInit): Promise<any> => (await fetch(url, init)).json();

/** In which order the answers come when one has been asked for that never comes, until its client goes. */
async function orderOfAnswers(address: string, paths: string[]): Promise<string[]> {
  const order: string[] = [];
  const client = new AbortController();
  const heavy = json(address + endless, { signal: client.signal }).then(
    () => order.push('endless'),
    (error: Error) => order.push(error.name),
  );
  for (const path of paths) {
    await json(address + path);
    order.push(path);
  }
  client.abort();
  await heavy;
  return order;
}

test('express: the server answers while a handler computes', () =>
  withServer('express', async (address) => {
    expect(await json(`${address}/primes/1000`)).toEqual({ limit: 1000, count: 168 });
    const healthy = Array<string>(20).fill('/health');
    expect(await orderOfAnswers(address, [...healthy, '/primes/1000'])).toEqual([...healthy, '/primes/1000', 'AbortError']);
  }));

test('fastify: the server answers while a handler computes, and the work ends when the client goes', () =>
  withServer('fastify', async (address) => {
    expect(await json(`${address}/primes/1000`)).toEqual({ limit: 1000, count: 168 });
    const healthy = Array<string>(20).fill('/health');
    expect(await orderOfAnswers(address, [...healthy, '/primes/1000'])).toEqual([...healthy, '/primes/1000', 'AbortError']);
    while ((await json(`${address}/health`)).goroutines > 0);
  }));

test('service: a method uses what it has read from this', () =>
  withServer('service', async (address) => {
    expect(await json(`${address}/primes/200000`)).toEqual({ limit: 200_000, primes: 17_984, served: 1 });
    expect(await json(`${address}/primes/250000`)).toEqual({ limit: 250_000, primes: 22_044, served: 2 });
  }));

test('script: it ends by itself, with the results in order', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'goroutines-script-'));
  try {
    const contents = ['one\n', 'one\ntwo\n', ''];
    const files = contents.map((_, index) => join(folder, `${index}.txt`));
    contents.forEach((content, index) => writeFileSync(files[index]!, content));
    const lines = contents.map((content, index) => {
      const digest = createHash('sha256').update(content).digest('hex').slice(0, 16);
      return `${digest}  ${index === 2 ? 0 : index + 1} lines  ${index}.txt\n`;
    });
    expect(await runExample('recipes/script', ...files)).toEqual({ exitCode: 0, stdout: lines.join(''), stderr: '' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('script: an error is the script’s own', async () => {
  const { exitCode, stdout, stderr } = await runExample('recipes/script', 'missing.txt');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain("ENOENT: no such file or directory, open 'missing.txt'");
});

test('monorepo: a function of a linked package', async () => {
  expect(await runExample('recipes/monorepo', '10000')).toEqual({
    exitCode: 0,
    stdout: 'the longest chain below 10000 starts at 6171 and has 262 numbers\n',
    stderr: '',
  });
});

/** `name{labels} value` of each line, as a table. */
function figuresOf(lines: string): Map<string, number> {
  return new Map([...lines.matchAll(/^([a-z]\S+(?: \{.*\})?) ([\d.e+-]+)$/gm)].map(([, name, value]) => [name!, Number(value)]));
}

test('prometheus: counters, memory and quantiles, as prom-client writes them', async () => {
  const { exitCode, stdout, stderr } = await runExample('recipes/prometheus');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const figures = figuresOf(stdout);
  expect(figures.get('goroutines')).toBe(0);
  expect(figures.get('goroutines_created_total')).toBe(301);
  expect(figures.get('goroutines_switches_total')).toBeGreaterThan(30_000);
  expect(figures.get('goroutines_memory_bytes{kind="goroutines"}')).toBeGreaterThan(0);
  for (const name of ['latency', 'turn']) {
    const [half, most] = [0.5, 0.99].map((quantile) => figures.get(`goroutines_${name}_seconds{quantile="${quantile}"}`)!);
    expect(half).toBeGreaterThan(0);
    expect(most).toBeGreaterThanOrEqual(half!);
  }
});

test('opentelemetry: the same, as its SDK exports them', async () => {
  const { exitCode, stdout, stderr } = await runExample('recipes/opentelemetry');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const figures = figuresOf(stdout);
  expect(figures.get('goroutines {}')).toBe(0);
  expect(figures.get('goroutines.created {}')).toBe(301);
  expect(figures.get('goroutines.switches {}')).toBeGreaterThan(30_000);
  expect(figures.get('goroutines.memory {"kind":"goroutines"}')).toBeGreaterThan(0);
  for (const name of ['latency', 'turn']) {
    const [half, most] = [0.5, 0.99].map((quantile) => figures.get(`goroutines.${name} {"quantile":${quantile}}`)!);
    expect(half).toBeGreaterThan(0);
    expect(most).toBeGreaterThanOrEqual(half!);
  }
});
