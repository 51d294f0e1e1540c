/**
 * What is written into the code of goroutines: the checks of its loops (`preempt.ts`), and shorter forms of two calls.
 *
 * `yield* gosched()` becomes `yield  gosched()`: the scheduler takes what is yielded as a switch either way. Without the
 * star V8 does not look for an iterator and calls no `next` before and after, 15 of 31 ns a switch (Node 20 and 24).
 *
 * `go(…);` as a statement becomes `$g(…);`, which makes no handle. Without one nobody waits for a finalizer to give back
 * what the goroutine took in shared memory, and the next goroutine finds it in the cache.
 */
import { type Analysis, isClass, isFunction, type Node } from './analysis.ts';
import { drivenFunctions, isOwnImport } from './driven.ts';
import { isExtracted, preemptName, startName } from './origin.ts';
import type { Plan } from './plan.ts';
import { type Edit, loopChecks, optOut } from './preempt.ts';

/** What is to be written into the plan's pieces, in the order of the text. */
export function instrumentsOf(analysis: Analysis, plan: Plan, fn: Node): Edit[] {
  const { text } = analysis.script;
  // Else it is a name of the user's own.
  const mayUse = (name: string): boolean => !text.includes(name) || isExtracted(text) || !analysis.mentions(name);
  const [mayCheck, mayStart] = [mayUse(preemptName), mayUse(startName)];
  const edits: Edit[] = [];
  for (const each of drivenFunctions(analysis, plan, fn)) {
    if (mayCheck && !analysis.hasDirective(each, optOut)) edits.push(...loopChecks(analysis, each));
    edits.push(...shorterForms(analysis, each.body, mayStart));
  }
  const opening = edits.filter(({ closes }) => !closes);
  const closing = edits.filter(({ closes }) => closes).reverse();
  return [...closing, ...opening].sort((a, b) => a.at - b.at);
}

function shorterForms(analysis: Analysis, node: Node, mayStart: boolean): Edit[] {
  if (isFunction(node) || isClass(node)) return [];
  const inside = analysis.children(node).flatMap((child) => shorterForms(analysis, child, mayStart));
  const edit = node.type === 'YieldExpression' ? switchOf(analysis, node) : mayStart ? startOf(analysis, node) : undefined;
  return edit ? [...inside, edit] : inside;
}

function switchOf(analysis: Analysis, { start, delegate, argument }: Node): Edit | undefined {
  if (!delegate || argument.type !== 'CallExpression' || argument.arguments.length > 0) return undefined;
  if (!isOwnImport(analysis, argument.callee, 'gosched')) return undefined;
  const star = /^yield[ \t]*(?=\*[ \t]*$)/.exec(analysis.script.text.slice(start, argument.start));
  return star ? { at: start + star[0].length, length: 1, text: ' ', closes: false } : undefined;
}

function startOf(analysis: Analysis, { type, expression }: Node): Edit | undefined {
  if (type !== 'ExpressionStatement' || expression.type !== 'CallExpression') return undefined;
  const { callee } = expression;
  const length = callee.end - callee.start;
  if (length < startName.length || !isOwnImport(analysis, callee, 'go')) return undefined;
  return { at: callee.start, length, text: startName.padEnd(length), closes: false };
}
