// The reports from fixed results: what stands in them, not how it looks.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { markdown } from '../dist/harness/report.js';
import { type Results, readResults, serialize } from '../dist/harness/results.js';
import { curvesIn, curveTable, verdicts } from '../dist/harness/row-table.js';
import { writePage } from '../dist/page/write.js';

const fixture = fileURLToPath(new URL('./fixtures/results.json', import.meta.url));

describe('the page', () => {
  let folder: string;
  let html: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-'));
    html = readFileSync(await writePage(readResults(fixture), folder), 'utf8');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('has this structure', async () => {
    await expect(structure(html)).toMatchFileSnapshot('./fixtures/page.txt');
  });

  test('asks for nothing from anywhere', () => {
    expect(html.match(/<(script|link|img|iframe)\b/g)).toBeNull();
    expect(html.match(/@import|url\(/g)).toBeNull();
    const targets = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, target]) => target!);
    expect(targets.filter((target) => !target.startsWith('#'))).toEqual(['results.json']);
  });

  test('leads nowhere that is not there', () => {
    const ids = new Set([...html.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id));
    const targets = [...html.matchAll(/href="#([^"]*)"/g)].map(([, target]) => target);
    expect(targets.filter((target) => !ids.has(target))).toEqual([]);
  });

  test('has a chart for each measure that has figures, the curve and the overview, each in a file of its own too', () => {
    const charts = readdirSync(join(folder, 'charts')).sort();
    expect(charts).toEqual([
      'cpu-two-goroutines-1.svg',
      'cpu-two-goroutines-2.svg',
      'cpu-two-goroutines-3.svg',
      'curve-CPU-work.svg',
      'overview.svg',
      'scaling-cpu-1-1.svg',
      'scaling-cpu-2-1.svg',
      'spawn-from-main-1.svg',
    ]);
    expect(html.match(/<svg\b/g)).toHaveLength(charts.length);
    for (const chart of charts) expect(readFileSync(join(folder, 'charts', chart), 'utf8')).not.toMatch(/var\(|undefined|NaN/);
  });

  test('can be made again from the results beside it', async () => {
    const again = mkdtempSync(join(tmpdir(), 'report-'));
    const file = await writePage(readResults(join(folder, 'results.json')), again);
    expect(readFileSync(file, 'utf8')).toBe(html);
    rmSync(again, { recursive: true });
  });

  test('says where figures deserve no trust', async () => {
    expect(html).toContain('the load of the machine was 1.50');
    const quiet: Results = { ...readResults(fixture), speed: 'quick' };
    quiet.machine = { ...quiet.machine, load: 0.1 };
    const other = readFileSync(await writePage(quiet, folder), 'utf8');
    expect(other).not.toContain('the load of the machine was');
    expect(other).toContain('a run with --quick: too short');
  });
});

test('RESULTS.md of the same results', async () => {
  await expect(markdown(readResults(fixture))).toMatchFileSnapshot('./fixtures/RESULTS.md');
});

test('results are read as they were written', () => {
  const results = readResults(fixture);
  expect(results.rows[1]!.outcomes[1]!.summaries[2]!.median).toBeNaN();
  expect(JSON.parse(serialize(results))).toEqual(JSON.parse(readFileSync(fixture, 'utf8')));
});

test('a file that holds no results is refused by name', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'report-')), 'other.json');
  writeFileSync(file, '{"rows": []}');
  expect(() => readResults(file)).toThrow(`${file} does not hold results that this report can show: its format is undefined`);
  writeFileSync(file, 'no JSON');
  expect(() => readResults(file)).toThrow(`cannot read the results in ${file}`);
});

describe('verdicts', () => {
  test('of a measure that wants more, and of one that wants less', () => {
    expect(verdicts(readResults(fixture).rows[1]!)).toEqual([
      { text: 'throughput of two ÷ one: 1.95 ×, wanted at least 1.85', verdict: 'reached' },
      { text: 'event-loop delay p99: 3.00 ms, wanted below 10', verdict: 'reached' },
    ]);
  });

  test('missed where a rival reached it, or where there is none; not judged where no rival did', () => {
    const row = readResults(fixture).rows[1]!;
    const judge = (ours: number, go: number | undefined) => {
      const outcomes = structuredClone(row.outcomes.slice(0, go === undefined ? 1 : 2));
      outcomes[0]!.summaries[1]!.median = ours;
      if (go !== undefined) outcomes[1]!.summaries[1]!.median = go;
      return verdicts({ ...row, outcomes })[0]!.verdict;
    };
    expect(judge(1.5, 1.9)).toBe('missed');
    expect(judge(1.5, 1.6)).toBe('not judged');
    expect(judge(1.5, Number.NaN)).toBe('missed');
    expect(judge(1.5, undefined)).toBe('missed');
  });
});

test('a curve has a line for each number of processors', () => {
  const [curve] = curvesIn(readResults(fixture).rows);
  expect(curveTable(curve!.procs, curve!.results)).toEqual([
    ['processors', 'goroutines, ns', '× as fast', 'Go, ns', '× as fast'],
    ['1', '2,010', '1.00', '1,905', '1.00'],
    ['2', '1,020', '1.97', '965', '1.97'],
  ]);
});

/** Headings, warnings, facts, tables and the texts of charts, a line each. */
function structure(html: string): string {
  const body = html.slice(html.indexOf('<body>'));
  const plain = (markup: string) =>
    markup
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim();
  const parts = body.matchAll(/<(h[1-3]|p|pre|dt|dd|tr|svg)\b[^>]*>([\s\S]*?)<\/\1>/g);
  const lines = [...parts].map(([, tag, inner]) => {
    if (tag === 'tr')
      return `tr ${[...inner!.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell]) => plain(cell!)).join(' | ')}`;
    if (tag === 'svg') return `svg ${[...inner!.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text).join(' | ')}`;
    return `${tag} ${plain(inner!)}`;
  });
  return `${lines.join('\n')}\n`;
}
