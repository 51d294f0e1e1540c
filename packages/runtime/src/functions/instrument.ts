/**
 * What is written into the code of goroutines: the checks of its loops (`preempt.ts`), and a shorter `gosched`.
 *
 * `yield* gosched()` becomes `yield  gosched()`: the scheduler takes what is yielded as a switch either way. Without the
 * star V8 does not look for an iterator and calls no `next` before and after, 15 of 31 ns a switch (Node 20 and 24).
 */
import { type Analysis, isClass, isFunction, type Node } from './analysis.ts';
import { drivenFunctions, isOwnImport } from './driven.ts';
import { isExtracted, preemptName } from './origin.ts';
import type { Plan } from './plan.ts';
import { type Edit, loopChecks, optOut } from './preempt.ts';

/** What is to be written into the plan's pieces, in the order of the text. */
export function instrumentsOf(analysis: Analysis, plan: Plan, fn: Node): Edit[] {
  const { text } = analysis.script;
  // A name of the user's own.
  const mayCheck = !text.includes(preemptName) || isExtracted(text);
  const edits: Edit[] = [];
  for (const each of drivenFunctions(analysis, plan, fn)) {
    if (mayCheck && !analysis.hasDirective(each, optOut)) edits.push(...loopChecks(analysis, each));
    edits.push(...switches(analysis, each.body));
  }
  const opening = edits.filter(({ closes }) => !closes);
  const closing = edits.filter(({ closes }) => closes).reverse();
  return [...closing, ...opening].sort((a, b) => a.at - b.at);
}

function switches(analysis: Analysis, node: Node): Edit[] {
  if (isFunction(node) || isClass(node)) return [];
  const inside = analysis.children(node).flatMap((child) => switches(analysis, child));
  const { argument } = node;
  if (node.type !== 'YieldExpression' || !node.delegate || argument.type !== 'CallExpression') return inside;
  if (argument.arguments.length > 0 || !isOwnImport(analysis, argument.callee, 'gosched')) return inside;
  const star = /^yield[ \t]*(?=\*[ \t]*$)/.exec(analysis.script.text.slice(node.start, argument.start));
  if (star) inside.push({ at: node.start + star[0].length, length: 1, text: ' ', closes: false });
  return inside;
}
