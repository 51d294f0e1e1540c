// Writes the report: report/index.html with the charts in it, each chart as a file of its own, and the results it was
// made from. Nothing in it is fetched from anywhere.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Results, serialize } from '../harness/results.ts';
import { drawCharts } from './charts.ts';
import { page } from './html.ts';
import { withPlainColours } from './palette.ts';

/** Gives the page's file. */
export async function writePage(results: Results, folder: string): Promise<string> {
  const charts = await drawCharts(results);
  rmSync(join(folder, 'charts'), { recursive: true, force: true });
  mkdirSync(join(folder, 'charts'), { recursive: true });
  for (const [name, svg] of charts) writeFileSync(join(folder, 'charts', `${name}.svg`), withPlainColours(svg));
  writeFileSync(join(folder, 'results.json'), serialize(results));
  const file = join(folder, 'index.html');
  writeFileSync(file, page(results, charts));
  return file;
}
