/**
 * A goroutine's generator function that takes its captured values as a parameter. A closure over them would be a new function
 * for each goroutine, and V8 makes a prototype object with every new generator function, 1.2 µs. So where nothing sees the
 * difference, one function serves them all:
 *
 *     function* (n) {          becomes      function* ($v,n) {const x=$v[0];
 *       yield* out.send(x);                   yield* out.send(x);
 *
 * Nothing sees it when only the function itself uses the values, not in its parameters; when it declares none of their names,
 * does not use `arguments` or a direct `eval`, and nobody names it. What is put behind the `{` would move columns of its line;
 * where that line does not end there, the function's head is written into the line before.
 */
import { type Analysis, freeName, identifier, type Node } from './analysis.ts';
import type { Plan } from './plan.ts';
import type { Edit } from './preempt.ts';

/** What is to be written into the function; undefined where it has to be a closure. */
export function directEdits(analysis: Analysis, plan: Plan, fn: Node): Edit[] | undefined {
  const { text } = analysis.script;
  const names = plan.captures.map(({ name }) => name);
  if (names.length === 0 || !fn.generator || fn.async || new Set(names).size < names.length) return undefined;
  if (isNamedByItself(analysis, plan, fn) || !areOnlyItsOwn(analysis, plan, fn, new Set(names))) return undefined;
  const parameter = placeOfParameter(text, fn);
  const directive: Node | undefined = fn.body.body.findLast((statement: Node) => statement.directive !== undefined);
  const at: number = directive?.end ?? fn.body.start + 1;
  const endsLine = /^;?[ \t]*\r?\n/.test(text.slice(at, at + 200));
  if (parameter === undefined || !(endsLine || hasLineBefore(analysis, plan, fn))) return undefined;
  const values = freeName(text, '$v');
  const constants = names.map((name, index) => `${name}=${values}[${index}]`).join(',');
  return [
    { at: parameter, length: 0, text: fn.params.length > 0 ? `${values},` : values, closes: false },
    { at, length: 0, text: `${directive ? ';' : ''}const ${constants};`, closes: false, ...(endsLine ? {} : { resumes: true }) },
  ];
}

function isNamedByItself(analysis: Analysis, plan: Plan, fn: Node): boolean {
  const variables = [...analysis.declaredIn(fn), ...(plan.root.node === fn ? [] : analysis.declaredIn(plan.root.node))];
  return variables.some(({ references }) =>
    references.some((reference) => !reference.init && isInPieces(plan, identifier(reference))),
  );
}

function isInPieces({ pieces }: Plan, { start }: Node): boolean {
  return pieces.some(({ node }) => node.start <= start && start < node.end);
}

/** Whether the values are used in the function's body and nowhere else, and mean the same at its top. */
function areOnlyItsOwn(analysis: Analysis, plan: Plan, fn: Node, names: ReadonlySet<string>): boolean {
  for (const { node } of plan.pieces) {
    for (const reference of analysis.freeReferences(node)) {
      const at = identifier(reference);
      if (names.has(at.name) && !(fn.body.start <= at.start && at.start < fn.body.end)) return false;
    }
  }
  if (analysis.namesDeclaredIn(fn).some((name) => names.has(name))) return false;
  return !analysis.referencesIn(fn).some((reference) => /^(arguments|eval)$/.test(identifier(reference).name));
}

/** Whether the head may stand in the line before: nothing else is there that can be looked for. */
function hasLineBefore(analysis: Analysis, plan: Plan, fn: Node): boolean {
  const { positions } = analysis;
  const line = positions.target(fn.body.start)?.line;
  if (line === undefined || line < 1 || positions.target(plan.root.node.start)?.line !== line) return false;
  if (fn.params.some(({ type }: Node) => type !== 'Identifier')) return false;
  const others = plan.pieces.filter((piece) => piece !== plan.root && piece.node.start < fn.start);
  return others.every(({ node }) => (positions.target(node.end)?.line ?? line) < line);
}

/** Behind the parenthesis. */
function placeOfParameter(text: string, fn: Node): number | undefined {
  if (fn.params.length > 0) return fn.params[0].start;
  const head = text.slice(fn.start, fn.body.start);
  return /\(\s*\)\s*$/.test(head) ? fn.start + head.lastIndexOf('(') + 1 : undefined;
}
