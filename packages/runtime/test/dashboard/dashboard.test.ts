/** `runtime.dashboard()` in programs of their own: what it shows, and that nothing depends on it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { go, runtime } from 'goroutines';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { frameWhere, get } from '../helpers/events.ts';
import { ADDRESS, endAll, type Started, start } from '../helpers/started.ts';

const programs = path.join(import.meta.dirname, 'programs.mjs');
const folder = mkdtempSync(path.join(tmpdir(), 'goroutines-dashboard-'));
let files = 0;

interface Watched {
  started: Started;
  url: string;
  /** Lets the program go on. */
  tell(): void;
}

async function watch(name: string, env: Record<string, string> = {}): Promise<Watched> {
  const file = path.join(folder, String(files++));
  const started = start([programs, name, file], { env });
  const [url] = await started.wrote(ADDRESS);
  return { started, url, tell: () => writeFileSync(file, '') };
}

afterEach(endAll);
afterAll(() => rmSync(folder, { recursive: true }));

describe('a program with a page open', () => {
  it('ends by itself, and the page is none of its goroutines', async () => {
    const { started, url, tell } = await watch('ends');
    const response = await get(`${url}events`);
    response.resume();
    tell();
    expect(await started.ended).toBe(0);
    expect(started.stdout).toBe(`${url}\n0 0\n`);
    expect(started.stderr).toBe('');
  });

  it('finds its deadlocks', async () => {
    const { started, url, tell } = await watch('deadlock');
    const response = await get(`${url}events`);
    response.resume();
    response.on('error', () => undefined);
    tell();
    expect(await started.ended).toBe(2);
    expect(started.stderr).toContain('DeadlockError: all goroutines are asleep - deadlock!');
  });

  it('is shown also while its main thread computes', async () => {
    const { url, tell } = await watch('busy');
    const before = await frameWhere(url, ({ loop, census }) => loop !== null && census.waiting === 2);
    expect(before.goroutines).toBe(2);
    tell();
    const during = await frameWhere(url, ({ loop }) => loop !== null && loop.age > 1500);
    expect(during.at).toBeGreaterThan(before.at);
    expect(during.census).toMatchObject({ counted: 2, waiting: 2 });
  });

  it('shows 100,000 goroutines in a few rows, and what is stolen', async () => {
    const { url } = await watch('many');
    const frame = await frameWhere(url, ({ census, totals }) => census.waiting >= 100_000 && totals.steals > 0);
    expect(frame.goroutines).toBeGreaterThanOrEqual(100_000);
    expect(frame.census.sites[0]).toMatchObject({ fn: expect.stringMatching(/^parked \(file:.*programs\.mjs:\d+:\d+\)$/) });
    expect(frame.census.sites[0]!.createdAt).toEqual([expect.stringMatching(/programs\.mjs:\d+:\d+/)]);
    expect(frame.census.sites.length).toBeLessThan(10);
    expect(JSON.stringify(frame).length).toBeLessThan(40_000);
    expect(frame.processors).toHaveLength(2);
    const seen = await frameWhere(url, ({ scheduling }) => scheduling !== null);
    expect(seen.scheduling!.counts.reduce((sum, count) => sum + count)).toBeGreaterThan(10);
    expect(seen.scheduling!.max).toBeGreaterThanOrEqual(seen.scheduling!.p50);
    expect(frame.happenings.map(({ kind }) => kind)).toContain('steal');
    expect(frame.machines.reduce((sum, { pinned }) => sum + pinned, 0)).toBeGreaterThan(99_000);
  });
});

describe('GODASHBOARD', () => {
  it('opens one with the first goroutine, and says where', async () => {
    const started = start([programs, 'environment'], { env: { GODASHBOARD: '0' } });
    expect(await started.ended).toBe(0);
    expect(started.stdout).toBe('done\n');
    expect(started.stderr).toMatch(/^goroutines: dashboard at http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/\n$/);
  });

  it('one that stays, stays', async () => {
    const started = start([programs, 'environment'], { env: { GODASHBOARD: '0,stay' } });
    const [url] = await started.wrote(ADDRESS);
    await started.wrote(/the program has ended; its dashboard stays until Ctrl-C/);
    expect(await frameWhere(url, () => true)).toMatchObject({ goroutines: 0 });
    await started.kill('SIGINT');
    expect(await started.ended).toBe('SIGINT');
  });

  it.each(['x', '-1', '65536', '80,', '80,go', '1.5'])("'%s' is refused", async (value) => {
    const started = start([programs, 'environment'], { env: { GODASHBOARD: value } });
    expect(await started.ended).toBe(0);
    expect(started.stdout).toBe(`RangeError: GODASHBOARD must be a port from 0 to 65535, or one and ',stay', got '${value}'\n`);
  });

  it('a port in use: the program runs without', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const started = start([programs, 'environment'], { env: { GODASHBOARD: `${port},stay` } });
    expect(await started.ended).toBe(0);
    expect(started.stdout).toBe('done\n');
    expect(started.stderr).toMatch(/^goroutines: no dashboard: .* port \d+ of 127\.0\.0\.1 is in use; .*\n$/);
    other.close();
  });
});

it('on another thread it is refused', async () => {
  const started = start([programs, 'fromAGoroutine']);
  expect(await started.ended).toBe(0);
  expect(started.stdout).toMatch(/^RuntimeStateError: runtime\.dashboard: .*main thread/);
});

describe('runtime.dashboard', () => {
  it.each([-1, 65_536, 1.5, Number.NaN, '80', null, 2 ** 40])('refuses the port %s', async (port) => {
    await expect(runtime.dashboard({ port: port as number })).rejects.toThrow(
      new RangeError(
        `runtime.dashboard: port must be a whole number from 0 to 65535, got ${typeof port === 'string' ? `'${port}'` : port}`,
      ),
    );
  });

  it('refuses options that it does not know', async () => {
    await expect(runtime.dashboard({ host: '0.0.0.0' } as never)).rejects.toThrow(
      new TypeError("runtime.dashboard: unknown option 'host'; known is port"),
    );
  });

  it('is one, until it is closed', async () => {
    const dashboard = await runtime.dashboard();
    expect(await runtime.dashboard()).toBe(dashboard);
    const port = Number(new URL(dashboard.url).port);
    await expect(runtime.dashboard({ port: port === 1 ? 2 : 1 })).rejects.toThrow(/one is open already.*close it first/);
    expect(await go(() => 1)).toBe(1);
    await dashboard.close();
    await dashboard.close();
    await expect(get(dashboard.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const next = await runtime.dashboard({ port });
    expect(next.url).not.toBe(dashboard.url); // Another secret.
    expect(new URL(next.url).port).toBe(String(port));
    await next.close();
    await runtime.shutdown();
  });

  it('says that a port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    await expect(runtime.dashboard({ port })).rejects.toMatchObject({
      name: 'RuntimeStateError',
      message: `runtime.dashboard: port ${port} of 127.0.0.1 is in use; give another, or 0 for any that is free`,
      cause: { code: 'EADDRINUSE' },
    });
    other.close();
    const dashboard = await runtime.dashboard(); // The failed one is not in the way.
    await dashboard.close();
  });

  it('is of the arena that there is, after a shutdown too', async () => {
    const dashboard = await runtime.dashboard();
    await go(() => 1);
    await runtime.shutdown();
    await go(() => 2);
    const frame = await frameWhere(dashboard.url, ({ totals }) => totals.finished >= 2);
    expect(frame.goroutines).toBe(0);
    await dashboard.close();
    await runtime.shutdown();
  });
});
