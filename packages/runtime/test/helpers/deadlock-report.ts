/** What a program that is deadlocked writes at its end: the whole report, as it was and as it should be. */
import type { Ended } from './child.ts';

/** The report that a program wrote, without how long each has waited, and without what Node writes around. */
export function reportOf({ stderr }: Ended): string {
  const from = stderr.search(/\[?DeadlockError/);
  const to = stderr.lastIndexOf('\n\nNode.js v');
  return stderr
    .slice(from, to < 0 ? undefined : to)
    .replaceAll(/, \d+(\.\d)? m?s\]/g, ', T]')
    .replaceAll(/\.mjs:(\d+):\d+/g, '.mjs:$1');
}

export const report = (...paragraphs: string[][]): string =>
  ['DeadlockError: all goroutines are asleep - deadlock!', ...paragraphs.map((lines) => lines.join('\n'))].join('\n\n');

/** Lines of a report about places of a file of programs. */
export const placesOf = (file: string) => ({
  at: (name: string, line: number): string => `    at ${name === '' ? `${file}:${line}` : `${name} (${file}:${line})`}`,
  createdAt: (...lines: number[]): string => `created by go() at ${lines.map((line) => `${file}:${line}`).join(' or ')}`,
});
