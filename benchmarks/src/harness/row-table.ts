// One row of a suite as a table: a line for each contender, a column for each measure.
import { type ContenderName, contenders, isOurs } from './contenders.ts';
import { type Cells, figure, median, none, outcomeOf, ratio, spread } from './figures.ts';
import type { Outcome, RowResult } from './run-row.ts';

export function rowTable(result: RowResult): Cells[] {
  const ours = outcomeOf(result, 'goroutines');
  const head = ['contender'];
  for (const { title, unit } of result.measures) head.push(`${title}, ${unit}`, 'spread');
  head.push('against', 'notes');
  const lines = result.outcomes.map((outcome) => {
    const cells: string[] = [contenders[outcome.contender].title];
    for (let place = 0; place < result.measures.length; place++) {
      const summary = outcome.summaries[place];
      cells.push(median(summary), spread(summary));
    }
    cells.push(against(result, outcome, ours), notes(outcome));
    return cells;
  });
  return [head, ...lines];
}

/** One row measured on several numbers of processors: a line for each, times and what they gain over the first. */
export function curveTable(procs: readonly number[], results: readonly RowResult[]): Cells[] {
  const names = results[0]!.outcomes.map(({ contender }) => contender);
  const head = ['processors'];
  for (const name of names) head.push(`${contenders[name].title}, ${results[0]!.measures[0]!.unit}`, '× as fast');
  const lines = results.map((result, place) => {
    const cells = [String(procs[place])];
    for (const name of names) {
      const outcome = outcomeOf(result, name);
      const times = speedUp(results[0]!, result, name);
      cells.push(median(outcome?.summaries[0]), Number.isFinite(times) ? figure(times) : none);
    }
    return cells;
  });
  return [head, ...lines];
}

export interface Curve {
  curve: string;
  procs: number[];
  results: RowResult[];
}

/** The rows that are the same work on several numbers of processors. */
export function curvesIn(rows: readonly RowResult[]): Curve[] {
  const names = [...new Set(rows.flatMap(({ curve }) => curve ?? []))];
  return names.map((curve) => {
    const results = rows.filter((row) => row.curve === curve);
    return { curve, procs: results.map(({ threads }) => threads), results };
  });
}

/** How many times as fast a contender is in one row of a curve as in its first. */
export function speedUp(first: RowResult, row: RowResult, name: ContenderName): number {
  const times = ratio(outcomeOf(first, name), outcomeOf(row, name));
  return row.measures[0]!.better === 'more' ? 1 / times : times;
}

/** In a row table every column but the first and the last two is a figure. */
export function isFigure(result: RowResult): (column: number) => boolean {
  return (column) => column > 0 && column <= 2 * result.measures.length;
}

export interface Verdict {
  text: string;
  verdict: 'reached' | 'missed' | 'not judged';
}

/** Whether goroutines reached what a measure asks for. Where there are rivals and none of them did, the machine was too busy to tell. */
export function verdicts(result: RowResult): Verdict[] {
  return result.measures.flatMap(({ title, unit, goal }, place): Verdict | [] => {
    const judged = outcomeOf(result, goal?.of ?? 'goroutines');
    const ours = judged?.summaries[place]?.median;
    if (!goal || ours === undefined || Number.isNaN(ours)) return [];
    const reached = ({ summaries }: Outcome) => {
      const value = summaries[place]?.median ?? Number.NaN;
      return 'atLeast' in goal ? value >= goal.atLeast : value < goal.below;
    };
    const wanted = 'atLeast' in goal ? `at least ${plain(goal.atLeast)}` : `below ${plain(goal.below)}`;
    const whose = goal.of === undefined ? '' : ` (${contenders[goal.of].title})`;
    const text = `${title}${whose}: ${figure(ours)} ${unit}, wanted ${wanted}`;
    if (reached(judged!)) return { text, verdict: 'reached' };
    const rivals = result.outcomes.filter(
      ({ contender, summaries }) => !isOurs(contender) && Number.isFinite(summaries[place]?.median),
    );
    return { text, verdict: rivals.length === 0 || rivals.some(reached) ? 'missed' : 'not judged' };
  });
}

function plain(limit: number): string {
  return limit.toLocaleString('en-US');
}

/** Rivals are set against goroutines, and goroutines against Go. */
function against(result: RowResult, outcome: Outcome, ours: Outcome | undefined): string {
  const go = outcomeOf(result, 'go');
  if (outcome === go && ours) return '';
  const [times, whom] = outcome === ours ? [ratio(ours, go), 'Go'] : [ratio(outcome, ours), 'ours'];
  return Number.isFinite(times) ? `${figure(times)} × ${whom}` : '';
}

function notes({ missing, note }: Outcome): string {
  return missing === undefined ? (note ?? '') : `${none} ${missing}`;
}
