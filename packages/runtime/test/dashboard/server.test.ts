/** The server by itself, with a source that the test makes up. */
import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { DashboardServer, type Source } from '../../dist/dashboard/server.js';
import { eventsOf, get } from '../helpers/events.ts';

const token = 'a-secret-of-this-test-';
const servers: DashboardServer[] = [];

class MadeUp {
  samples = 0;
  watched: boolean[] = [];
  filler = '';
  readonly source: Source = {
    hello: { pid: 1, program: 'test', node: 'v0', version: '0', platform: 'none' },
    sample: () => ({ number: ++this.samples, filler: this.filler, cost: { left: 0, bytes: 0 } }) as never,
    happeningsAfter: () => [],
    watched: (isWatched) => void this.watched.push(isWatched),
  };
}

const INTERVAL = 5;

async function open(madeUp = new MadeUp(), interval = INTERVAL): Promise<{ url: string; server: DashboardServer; port: number }> {
  const assets = new URL('../../dist/dashboard/page/', import.meta.url).href;
  const server = new DashboardServer({ port: 0, token, assets, source: madeUp.source, interval });
  servers.push(server);
  const port = await server.listen();
  return { url: `http://127.0.0.1:${port}/${token}/`, server, port };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

/** After so many ticks of a timer like the server's: timers of one length fire in turn, so the server's would have ticked as often. */
async function ticks(count: number): Promise<void> {
  await new Promise<void>((resolve) => {
    let left = count;
    const timer = setInterval(() => {
      if (--left > 0) return;
      clearInterval(timer);
      resolve();
    }, INTERVAL);
  });
}

const textOf = async (response: IncomingMessage): Promise<string> => (await response.toArray()).join('');

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

describe('who may come in', () => {
  it('the page and its files, with headers that keep everything else out', async () => {
    const { url } = await open();
    for (const [file, type] of [
      ['', 'text/html'],
      ['dashboard.js', 'text/javascript'],
      ['dashboard.css', 'text/css'],
    ]) {
      const response = await get(url + file);
      expect(response.statusCode).toBe(200);
      expect(response.headers['content-type']).toContain(type);
      expect(response.headers['content-security-policy']).toMatch(
        /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/,
      );
      expect(response.headers['cache-control']).toBe('no-store');
      expect((await textOf(response)).length).toBeGreaterThan(100);
    }
  });

  it('nobody without the token', async () => {
    const { port, url } = await open();
    const root = `http://127.0.0.1:${port}/`;
    const wrong = [
      '',
      'events',
      'dashboard.js',
      `${token.slice(0, -1)}x/`,
      `${token}x/`,
      `${token.slice(1)}/`,
      token,
      `x/${token}/`,
    ];
    for (const path of wrong) {
      const response = await get(root + path);
      expect([path, response.statusCode]).toEqual([path, 403]);
      expect(await textOf(response)).toMatch(/secret/);
    }
    expect((await get(url)).statusCode).toBe(200);
  });

  it('no foreign host, and no foreign origin', async () => {
    const { url, port } = await open();
    const status = async (headers: Record<string, string>) => (await get(url, { headers })).statusCode;
    expect(await status({ host: `evil.example:${port}` })).toBe(403);
    expect(await status({ host: `127.0.0.1.evil.example:${port}` })).toBe(403);
    expect(await status({ host: '127.0.0.1' })).toBe(403);
    expect(await status({ host: `127.0.0.1:${port + 1}` })).toBe(403);
    expect(await status({ host: `localhost:${port}` })).toBe(200);
    expect(await status({ origin: 'http://evil.example' })).toBe(403);
    expect(await status({ origin: 'null' })).toBe(403);
    expect(await status({ origin: `http://127.0.0.1:${port}` })).toBe(200);
  });

  it('only to read, and only what there is', async () => {
    const { url } = await open();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await get(url, { method })).statusCode).toBe(405);
    for (const file of ['package.json', 'constructor', '..%2f..%2fpackage.json', 'index.html']) {
      expect((await get(url + file)).statusCode).toBe(404);
    }
  });

  it('only from this computer', async () => {
    const { port } = await open();
    await expect(get(`http://127.0.0.2:${port}/${token}/`)).rejects.toMatchObject({
      code: /ECONNREFUSED|EADDRNOTAVAIL|ETIMEDOUT/,
    });
  });
});

describe('frames', () => {
  it('are made only while a page is open, once for all of them', async () => {
    const madeUp = new MadeUp();
    const { url } = await open(madeUp);
    await get(url);
    expect([madeUp.samples, madeUp.watched]).toEqual([0, []]);
    const responses = await Promise.all([1, 2, 3].map(() => get(`${url}events`)));
    // Each sample has a number of its own: until all pages have been given the same one.
    const seen = new Map<number, number>();
    const common = responses.map(async (response) => {
      for await (const { name, data } of eventsOf(response)) {
        if (name !== 'frame') continue;
        const { number } = JSON.parse(data) as { number: number };
        seen.set(number, (seen.get(number) ?? 0) + 1);
        if ([...seen.values()].includes(responses.length)) return;
      }
    });
    await Promise.all(common);
    for (const response of responses) response.destroy();
    await until(() => madeUp.watched.length === 2);
    expect(madeUp.watched).toEqual([true, false]);
    const { samples } = madeUp;
    await ticks(3);
    expect(madeUp.samples).toBe(samples);
  });

  it('are left out for a page that does not take them, and that alone', async () => {
    const madeUp = new MadeUp();
    madeUp.filler = 'x'.repeat(1_000_000);
    const { url, server } = await open(madeUp);
    const stalled = await get(`${url}events`);
    stalled.pause();
    const reading = eventsOf(await get(`${url}events`));
    let seen = 0;
    // On a busy computer this page, too, may not have taken one frame when the next comes.
    while (server.left < 20 || seen <= 20) {
      await reading.next();
      seen++;
    }
    expect(server.heldBytes).toBeLessThan(3_000_000);
    expect(seen).toBeGreaterThan(20);
    // It takes them again: what it is given then is of now.
    const before = madeUp.samples;
    for await (const { name, data } of eventsOf(stalled)) {
      if (name === 'frame' && (JSON.parse(data) as { number: number }).number > before) break;
    }
    await reading.return(undefined);
  });

  it('no more than 50 pages at a time', async () => {
    const { url } = await open();
    const responses = await Promise.all(Array.from({ length: 50 }, () => get(`${url}events`)));
    expect((await get(`${url}events`)).statusCode).toBe(503);
    responses[0]!.destroy();
    let status: number | undefined;
    while (status !== 200) status = (await get(`${url}events`)).statusCode;
  });
});

it('close ends the pages, and everything', async () => {
  const madeUp = new MadeUp();
  const { url, server } = await open(madeUp);
  const events = eventsOf(await get(`${url}events`));
  expect((await events.next()).value).toMatchObject({ name: 'hello' });
  await server.close();
  servers.length = 0;
  const names: string[] = [];
  for await (const { name } of events) names.push(name);
  expect(names.at(-1)).toBe('end');
  expect(madeUp.watched).toEqual([true, false]);
  await expect(get(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
