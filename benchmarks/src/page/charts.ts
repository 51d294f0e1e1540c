// The charts, as SVG. Points and not bars, since most axes are logarithmic and have no zero for a bar to begin at.
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { ContenderName } from '../harness/contenders.ts';
import { figure } from '../harness/figures.ts';
import type { Results } from '../harness/results.ts';
import { type Curve, curvesIn, speedUp } from '../harness/row-table.ts';
import type { Outcome, RowResult } from '../harness/run-row.ts';
import { colour } from './palette.ts';

type Titles = Results['contenders'];

/** A chart by the name of its file. */
export type Charts = ReadonlyMap<string, string>;

export async function drawCharts({ rows, contenders }: Results): Promise<Charts> {
  const charts = new Map<string, string>();
  const keep = (name: string, svg: string | undefined) => {
    if (svg !== undefined) charts.set(name, svg);
  };
  keep('overview', await overviewChart(rows, contenders));
  for (const row of rows) {
    for (let measure = 0; measure < row.measures.length; measure++) {
      keep(chartName(row, measure), await measureChart(row, measure, contenders));
    }
  }
  for (const curve of curvesIn(rows)) keep(curveName(curve), await curveChart(curve, contenders));
  return charts;
}

export function chartName({ suite, row }: { suite: string; row: string }, measure: number): string {
  return `${suite}-${row}-${measure + 1}`;
}

export function curveName({ curve }: { curve: string }): string {
  return `curve-${curve.replaceAll(/[^\w]+/g, '-')}`;
}

const width = 460;
/** 0.02, 1,000, 20k, 1M. */
const labelExpr = `format(datum.value, abs(datum.value) < 1e4 ? ',~r' : '~s')`;
/** A chart whose largest figure is so many times the smallest has a logarithmic axis. */
const logarithmicFrom = 8;

/** One measure of one row: for each contender the median, the quartiles, and the least and the most; none without figures. */
export async function measureChart(row: RowResult, measure: number, titles: Titles): Promise<string | undefined> {
  const { title, unit, better, goal } = row.measures[measure]!;
  const values = row.outcomes.flatMap(({ contender, summaries }) => {
    const summary = summaries[measure];
    if (!summary || !Number.isFinite(summary.median)) return [];
    return { ...summary, contender, title: titles[contender].title, label: figure(summary.median) };
  });
  if (values.length === 0) return undefined;

  const least = Math.min(...values.map(({ minimum }) => minimum));
  const most = Math.max(...values.map(({ maximum }) => maximum));
  const logarithmic = least > 0 && most / least > logarithmicFrom;
  const limit = goal && ('below' in goal ? goal.below : goal.atLeast);
  const shownLimit = limit !== undefined && limit >= least / 2 && limit <= most * 2 ? [{ limit }] : [];
  const x = (field: string) => ({
    field,
    type: 'quantitative' as const,
    title: `${title}, ${unit} (${better ?? 'less'} is better${logarithmic ? '; logarithmic' : ''})`,
    scale: logarithmic ? { type: 'log' as const, nice: true } : { zero: true },
    axis: { labelExpr, labelOverlap: true as const, ...(logarithmic ? { values: decades(least, most) } : { tickCount: 5 }) },
  });
  const y = { field: 'title', type: 'nominal' as const, sort: null, title: null };
  const byContender = contenderColour(values.map(({ contender }) => contender));
  return draw({
    width,
    height: { step: 24 },
    description: `${row.title}: ${title} in ${unit}. ${values.map((value) => `${value.title} ${value.label}`).join(', ')}`,
    data: { values },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.8 },
        encoding: { y, x: x('minimum'), x2: { field: 'maximum' }, color: byContender },
      },
      {
        mark: { type: 'rule', strokeWidth: 7, opacity: 0.45 },
        encoding: { y, x: x('lower'), x2: { field: 'upper' }, color: byContender },
      },
      { mark: { type: 'point', filled: true, size: 75, opacity: 1 }, encoding: { y, x: x('median'), color: byContender } },
      {
        mark: { type: 'text', align: 'right', x: width + 75, fontSize: 12, color: colour('text') },
        encoding: { y, text: { field: 'label' } },
      },
      {
        data: { values: shownLimit },
        mark: { type: 'rule', strokeDash: [4, 3], color: colour('quiet') },
        encoding: { x: { ...x('limit') } },
      },
    ],
  });
}

/** How many times as fast each contender gets with more processors; the dashed line is as many times as there are. */
export async function curveChart({ curve, procs, results }: Curve, titles: Titles): Promise<string | undefined> {
  const first = results[0]!;
  const values = first.outcomes.flatMap(({ contender }) =>
    results.flatMap((row, place) => {
      const times = speedUp(first, row, contender);
      return Number.isFinite(times) ? { processors: procs[place]!, times, contender, title: titles[contender].title } : [];
    }),
  );
  if (values.length === 0) return undefined;
  const ideal = procs.map((processors) => ({ processors, times: processors / procs[0]! }));
  const names = [...new Set(values.map(({ contender }) => contender))];
  const encoding = {
    x: {
      field: 'processors',
      type: 'quantitative' as const,
      title: 'processors',
      scale: { type: 'log' as const, base: 2, nice: false },
      axis: { values: procs, format: 'd' },
    },
    y: { field: 'times', type: 'quantitative' as const, title: 'times as fast as with one', axis: { tickCount: 5 } },
  };
  const byTitle = {
    field: 'title',
    type: 'nominal' as const,
    sort: null,
    title: null,
    scale: { domain: names.map((name) => titles[name].title), range: names.map(colour) },
  };
  return draw({
    width,
    height: 220,
    description: `${curve}: how many times as fast with more processors. ${values
      .map(({ title, processors, times }) => `${title} on ${processors}: ${figure(times)}`)
      .join(', ')}`,
    data: { values },
    layer: [
      { data: { values: ideal }, mark: { type: 'line', strokeDash: [4, 3], color: colour('quiet'), strokeWidth: 1 }, encoding },
      { mark: { type: 'line', strokeWidth: 2, point: { size: 60 } }, encoding: { ...encoding, color: byTitle } },
    ],
  });
}

/** Every row at a glance: how many times the cost of goroutines each other contender has. */
export async function overviewChart(rows: readonly RowResult[], titles: Titles): Promise<string | undefined> {
  const values = rows.flatMap((row) => {
    const ours = row.outcomes.find(({ contender }) => contender === 'goroutines');
    return row.outcomes.flatMap((outcome) => {
      const times = outcome === ours ? Number.NaN : cost(row, outcome) / cost(row, ours);
      const { contender } = outcome;
      return Number.isFinite(times) && times > 0 ? { row: row.title, times, contender, title: titles[contender].title } : [];
    });
  });
  if (values.length === 0) return undefined;
  const names = [...new Set(values.map(({ contender }) => contender))];
  const byTitle = { field: 'title', type: 'nominal' as const, sort: null };
  const all = values.map(({ times }) => times);
  return draw({
    width,
    height: { step: 19 },
    description: `For each row, the cost of each contender divided by that of goroutines: right of 1 goroutines are ahead.`,
    data: { values },
    layer: [
      {
        data: { values: [{ one: 1 }] },
        mark: { type: 'rule', color: colour('goroutines'), strokeWidth: 1.5 },
        encoding: { x: { datum: 1 } },
      },
      {
        mark: { type: 'point', filled: true, size: 55, opacity: 1 },
        encoding: {
          y: { field: 'row', type: 'nominal', sort: null, title: null, axis: { grid: true } },
          x: {
            field: 'times',
            type: 'quantitative',
            title: 'cost ÷ cost of goroutines (logarithmic; left of 1 the other is ahead)',
            scale: { type: 'log' },
            axis: { labelExpr, labelOverlap: true, values: decades(Math.min(...all), Math.max(...all)) },
          },
          color: {
            ...byTitle,
            title: null,
            scale: { domain: names.map((name) => titles[name].title), range: names.map(colour) },
          },
          shape: { ...byTitle, title: null },
        },
      },
    ],
  });
}

/** The ticks of a logarithmic axis: powers of ten, and 2 and 5 times them where there are few. */
function decades(least: number, most: number): number[] {
  const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const steps = last - first > 2 ? [1] : [1, 2, 5];
  const powers = Array.from({ length: last - first + 1 }, (_, place) => first + place);
  return powers.flatMap((power) => steps.map((step) => Number(`${step}e${power}`))).filter((tick) => tick <= 10 ** last);
}

/** What a row's first measure costs, whichever way better is. */
function cost({ measures }: RowResult, outcome: Outcome | undefined): number {
  const median = outcome?.summaries[0]?.median ?? Number.NaN;
  return measures[0]!.better === 'more' ? 1 / median : median;
}

function contenderColour(names: readonly ContenderName[]) {
  return {
    field: 'contender',
    type: 'nominal' as const,
    legend: null,
    scale: { domain: [...names], range: names.map(colour) },
  };
}

// Without a browser Vega can only guess how wide a text is. Its own guess is 0.8 of the size a letter; few fonts come to 0.62.
const { textMetrics } = vega as unknown as {
  textMetrics: { width(item: { fontSize?: number }, text: unknown): number };
};
textMetrics.width = ({ fontSize = 11 }, text) => 0.62 * fontSize * String(text ?? '').length;

async function draw(chart: object): Promise<string> {
  const spec = compile({ ...chart, autosize: { type: 'pad' }, padding: 6, config } as TopLevelSpec).spec;
  const view = new vega.View(vega.parse(spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

const font = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const config = {
  font,
  background: 'transparent',
  view: { stroke: null },
  axis: {
    labelColor: colour('text'),
    titleColor: colour('quiet'),
    gridColor: colour('line'),
    domainColor: colour('line'),
    tickColor: colour('line'),
    labelFontSize: 12,
    titleFontSize: 11,
    titleFontWeight: 'normal' as const,
    labelLimit: 0,
    titleLimit: 0,
  },
  axisY: { grid: false, domain: false, ticks: false, labelPadding: 8 },
  legend: { labelColor: colour('text'), labelFontSize: 12, labelLimit: 0, orient: 'top' as const, columns: 4, symbolSize: 70 },
};
