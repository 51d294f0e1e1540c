/** Which form the check takes in a loop, from texts alone. What loops with it do is in `conformance/preempts.mjs`. */
import { expect, it } from 'vitest';
import { Analysis } from '../../src/functions/analysis.ts';
import { loopChecks } from '../../src/functions/preempt.ts';

/** All that is written into the function whose parameters follow the mark `@`. */
function checks(marked: string): string {
  const offset = marked.indexOf('@');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const analysis = new Analysis({
    url: 'file:///app/main.js',
    text,
    isModule: true,
    startLine: 0,
    startColumn: 0,
    sourceMapURL: '',
  });
  return loopChecks(analysis, analysis.functionAt(offset)!)
    .map((edit) => edit.text)
    .join('\n');
}

const LIGHT = /\$n0=1024,/;
const HEAVY = /\$n0=4,/;
const SPLIT = /\$preempt\.until\(/;

it.each([
  ['in lines of its own', 'while (i < n) {\n  x = Math.imul(x, 3) | 0;\n  i++;\n}'],
  ['on one line', 'for (let k = 0; k < n; k++) x = Math.imul(x, 3) | 0;'],
  ['up to the length of an array', 'for (let k = 0; k < n.length; k++) x += Math.abs(n[k]);'],
])('a function of Math is arithmetic: %s', (_, loop) => {
  const written = checks(`go(function* @(n) { let x = 1, i = 0;\n${loop}\nreturn x; })`);
  expect(written).toMatch(LIGHT);
  expect(written).toMatch(SPLIT);
});

it.each([
  ['what is called is not known', 'x = f(x) | 0;'],
  ['Math is a variable', 'const Math = n; x = Math.imul(x, 3) | 0;'],
  ['it goes over a list', 'x = Math.max(...n);'],
])('a call may take long: %s', (_, statement) => {
  expect(checks(`go(function* @(n, f) { let x = 1, i = 0;\nwhile (i < n) {\n${statement}\ni++;\n}\nreturn x; })`)).toMatch(HEAVY);
});

it('what opens the body of a loop without braces moves no column of a line of its own', () => {
  const text = 'go(function* @(n, f) {\n  for (let k = 0; k < n; k++)\n    f(k);\n});';
  const analysed = text.replace('@', '');
  const analysis = new Analysis({
    url: 'file:///app/main.js',
    text: analysed,
    isModule: true,
    startLine: 0,
    startColumn: 0,
    sourceMapURL: '',
  });
  const edits = loopChecks(analysis, analysis.functionAt(text.indexOf('@'))!);
  const line = analysed.indexOf('    f(k);');
  expect(edits.filter(({ at }) => at > line && at < analysed.indexOf('(k);'))).toEqual([]);
  expect(edits.map(({ at }) => at)).toContain(analysed.indexOf('k++)') + 4);
});

it('a bound that is no number is compared with as it is', () => {
  expect(checks('go(function* @(n) {\nfor (let i = 0n; i < n; i++) {\n  n += 0n;\n}\n});')).not.toContain('n-1');
  expect(checks('go(function* @(n) {\nfor (let i = 0n; i < n; i++) {\n  i;\n}\n});')).toContain('.until(i,n,$n0,1)');
});
