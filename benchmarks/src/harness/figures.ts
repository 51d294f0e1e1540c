// Figures as people read them, and tables of them: for the terminal by padding, for Markdown by bars.
import type { Outcome, RowResult } from './run-row.ts';
import type { Summary } from './statistics.ts';

export type Cells = readonly string[];

export const none = '–';

/** Three digits, and no more of them than the figure deserves: 0.042, 1.85, 43.1, 1,234. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return none;
  const size = Math.abs(value);
  const digits = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function median(summary: Summary | undefined): string {
  return summary ? figure(summary.median) : none;
}

export function spread(summary: Summary | undefined): string {
  if (!summary || summary.count < 2 || summary.median === 0) return '';
  return `±${Math.round(Math.abs((100 * summary.spread) / summary.median))} %`;
}

/** A measure of one contender divided by that of another; none where one of them is missing or not above zero. */
export function ratio(above: Outcome | undefined, below: Outcome | undefined, measure = 0): number {
  const [dividend, divisor] = [above, below].map((outcome) => outcome?.summaries[measure]?.median ?? 0);
  return dividend! > 0 && divisor! > 0 ? dividend! / divisor! : Number.NaN;
}

export function outcomeOf({ outcomes }: RowResult, contender: Outcome['contender']): Outcome | undefined {
  return outcomes.find((outcome) => outcome.contender === contender);
}

/** Left-aligned first column, all the others as `right` says; columns that are empty throughout are left out. */
export function padded(rows: readonly Cells[], right: (column: number) => boolean, indent = '  '): string {
  const kept = columnsWithText(rows);
  const widths = kept.map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) => {
      const cells = kept.map((column, place) => {
        const text = row[column] ?? '';
        return right(column) ? text.padStart(widths[place]!) : text.padEnd(widths[place]!);
      });
      return (indent + cells.join('  ')).trimEnd();
    })
    .join('\n');
}

export function markdownTable([head, ...rows]: readonly Cells[], right: (column: number) => boolean): string {
  const kept = columnsWithText([head!, ...rows]);
  const line = (cells: Cells) => `| ${kept.map((column) => cells[column] ?? '').join(' | ')} |`;
  const rule = `| ${kept.map((column) => (right(column) ? '---:' : '---')).join(' | ')} |`;
  return [line(head!), rule, ...rows.map(line)].join('\n');
}

function columnsWithText(rows: readonly Cells[]): number[] {
  const count = Math.max(...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, column) => column).filter((column) =>
    rows.slice(rows.length > 1 ? 1 : 0).some((row) => row[column]),
  );
}
