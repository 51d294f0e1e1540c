/** The page, in a browser without a window: what a user sees of a program with 100,000 goroutines. */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../helpers/browser.ts';
import { ADDRESS, endAll, type Started, start } from '../helpers/started.ts';

const programs = path.join(import.meta.dirname, 'programs.mjs');
const PATIENCE = 30_000;
let browser: Browser;
let program: Started;
let url: string;

beforeAll(async () => {
  browser = await openBrowser();
  program = start([programs, 'many']);
  [url] = await program.wrote(ADDRESS);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await endAll();
});

interface Opened {
  page: Page;
  /** What it has asked for, and what it complained of. */
  requests: string[];
  complaints: string[];
}

async function open(options: { width?: number; colorScheme?: 'light' | 'dark'; language?: string } = {}): Promise<Opened> {
  const { width = 1360, colorScheme = 'light', language } = options;
  const page = await browser.newPage({ viewport: { width, height: 1000 }, colorScheme, locale: 'en-US' });
  page.setDefaultTimeout(PATIENCE);
  if (language !== undefined) {
    await page.addInitScript(
      (value) => void Object.defineProperty(navigator, 'language', { value, configurable: true }),
      language,
    );
  }
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  await page.waitForSelector('.view');
  return { page, requests, complaints };
}

const number = (text: string | null): number => Number(text?.replaceAll(/[^\d]/g, ''));

describe('the page', () => {
  it('shows 100,000 goroutines in few elements, from this computer only, and complains of nothing', async () => {
    const { page, requests, complaints } = await open();
    await page.waitForFunction(
      () => Number(document.querySelector('[data-test=waiting]')!.textContent!.replaceAll(',', '')) >= 100_000,
    );
    expect(number(await page.textContent('[data-test=goroutines]'))).toBeGreaterThanOrEqual(100_000);
    const site = page.locator('[data-test=site]', { hasText: 'parked' });
    expect(await site.locator('th').textContent()).toMatch(/^parked programs\.mjs:\d+$/);
    expect(await site.locator('td').nth(1).textContent()).toBe('100,000');
    expect(await page.locator('[data-test=processor]').count()).toBe(2);
    expect(await page.locator('[data-test=machine]').count()).toBeGreaterThanOrEqual(3);
    expect(await page.locator('*').count()).toBeLessThan(3000);
    expect(requests.filter((asked) => !asked.startsWith(url) && !asked.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is there in a browser without a proper language, as one that was started with LANG=C', async () => {
    const { page, complaints } = await open({ language: 'en-US@posix' });
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('goes on by itself, and steals appear', async () => {
    const { page } = await open();
    const first = await page.textContent('header .about');
    await page.waitForSelector('[data-test="happening steal"]');
    const stolen = number(await page.textContent('[data-test=stolen]'));
    await page.waitForFunction((before) => document.querySelector('header .about')!.textContent !== before, first);
    expect(stolen).toBeGreaterThan(0);
    expect(await page.textContent('[data-test="happening steal"]')).toMatch(/M\d+ stole \d+ goroutine/);
    expect(await page.textContent('[role=status]')).toBe('live');
    // The charts are drawn: a canvas each, not empty.
    const drawn = await page.locator('canvas').evaluateAll((canvases) =>
      canvases.map((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        return (canvas as HTMLCanvasElement)
          .getContext('2d')!
          .getImageData(0, 0, width, height)
          .data.some((value) => value > 0);
      }),
    );
    expect(drawn).toEqual([true, true, true, true]);
    await page.close();
  });

  it('can be held and let go by keyboard', async () => {
    const { page } = await open();
    const focused = () => page.evaluate(() => document.activeElement!.textContent);
    for (const name of ['Live', 'Guide', 'Pause']) {
      await page.keyboard.press('Tab');
      expect(await focused()).toBe(name);
    }
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('[role=status]')!.textContent === 'paused');
    const held = await page.textContent('.view');
    await page.waitForTimeout(1200); // Two frames come, and are not shown.
    expect(await page.textContent('.view')).toBe(held);
    await page.keyboard.press('Space');
    await page.waitForFunction((before) => document.querySelector('.view')!.textContent !== before, held);
    expect(await page.textContent('[role=status]')).toBe('live');
    // What scrolls can be reached.
    const reached = new Set<string | null>();
    for (let times = 0; times < 8; times++) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate(() => document.activeElement!.getAttribute('aria-label')));
    }
    expect([...reached]).toEqual(expect.arrayContaining(['Threads', 'Goroutines by where they were created']));
    await page.close();
  });

  it.each([360, 768, 1360, 2200])('fits into a width of %i, and nothing jumps', async (width) => {
    const { page } = await open({ width });
    await page.waitForSelector('[data-test="happening steal"]');
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    const tops = () =>
      page
        .locator('.view h2')
        .evaluateAll((heads) => heads.map((head) => Math.round(head.getBoundingClientRect().top + scrollY)));
    const before = await tops();
    const first = await page.textContent('header .about');
    await page.waitForFunction((text) => document.querySelector('header .about')!.textContent !== text, first);
    expect(await tops()).toEqual(before);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('is readable in %s', async (colorScheme) => {
    const { page } = await open({ colorScheme });
    const contrasts = await page.evaluate(() => {
      const style = getComputedStyle(document.documentElement);
      const luminance = (name: string): number => {
        const hex = style.getPropertyValue(name).trim();
        const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
        const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
      };
      const contrast = (a: string, b: string): number => {
        const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
        return (light! + 0.05) / (dark! + 0.05);
      };
      const texts = ['--text', '--muted', '--accent', '--running', '--runnable', '--waiting', '--bad'];
      return texts.flatMap((text) => ['--surface', '--ground'].map((ground) => [text, ground, contrast(text, ground)] as const));
    });
    // WCAG 2, level AA.
    expect(contrasts.filter(([, , contrast]) => !(contrast >= 4.5))).toEqual([]);
    await page.close();
  });

  it('has a guide that can be followed by keyboard', async () => {
    const { page, complaints } = await open();
    await page.getByRole('link', { name: 'Guide' }).press('Enter');
    await page.getByRole('button', { name: 'A synchronous call, and the hand-off' }).press('Enter');
    const caption = () => page.textContent('[data-test=caption]');
    const captions = new Set<string | null>();
    const thread = (name: string) => page.locator(`[data-test="thread ${name}"]`).textContent();
    const next = page.getByRole('button', { name: 'Next' });
    while (await next.isEnabled()) {
      await page.keyboard.press('ArrowRight');
      const text = await caption();
      captions.add(text);
      if (/takes P0 away/.test(text!)) expect(await thread(/that (M\d)/.exec(text!)![1]!)).toContain('no P');
      if (/holds P0 now/.test(text!)) expect(await thread(/^(M\d)/.exec(text!)![1]!)).toContain('P0');
    }
    expect([...captions].some((text) => /monitor sees that M\d does not come back/.test(text!))).toBe(true);
    expect(await page.textContent('[data-test=step]')).toMatch(/^(\d+) of \1$/);
    await page.keyboard.press('ArrowLeft');
    expect(await page.textContent('[data-test=step]')).not.toMatch(/^(\d+) of \1$/);
    // By itself.
    await page.getByRole('button', { name: 'Play' }).press('Enter');
    await page.waitForFunction(() => /^(\d+) of \1$/.test(document.querySelector('[data-test=step]')!.textContent!));
    await page.goBack();
    await page.waitForSelector('.totals');
    expect(complaints).toEqual([]);
    await page.close();
  });

  // The last one: it ends the program.
  it('says that the program has ended, and keeps what it has seen', async () => {
    const { page } = await open();
    await page.waitForSelector('[data-test="happening steal"]');
    await program.kill();
    await page.waitForFunction(() => document.querySelector('[role=status]')!.textContent === 'the program has ended');
    expect(await page.locator('[data-test=site]').count()).toBeGreaterThan(0);
    await page.close();
  });
});
