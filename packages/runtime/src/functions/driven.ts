/**
 * Which code the scheduler resumes itself: the goroutine's own function and the generator functions it takes along, where
 * all uses in the text that goes along are `yield* helper(…)` in code that is itself driven so, or `go(helper, …)`. Such
 * code has an unbroken chain of `yield*` up to the scheduler, so what is yielded in it reaches the scheduler. A generator
 * that is iterated by hand would hand it to whoever iterates it, so one other use, and it is not driven. Async generators
 * are not, either.
 */
import type { Reference, Variable } from 'eslint-scope';
import { type Analysis, contains, identifier, isFunction, type Node } from './analysis.ts';
import { startName } from './origin.ts';
import type { Plan } from './plan.ts';
import { functionOf } from './purity.ts';
import { isOwnModule } from './resolve.ts';

/** The generator functions among the pieces that can only be reached through `yield*` from the scheduler. */
export function drivenFunctions(analysis: Analysis, plan: Plan, fn: Node): Set<Node> {
  const driven = new Map<Node, Reference[]>();
  const uses = (variables: Variable[]): Reference[] =>
    variables.flatMap(({ references }) =>
      references.filter(
        (reference) => !reference.init && plan.pieces.some((piece) => contains(piece.node, identifier(reference))),
      ),
    );
  for (const piece of plan.pieces) {
    const node = piece === plan.root ? fn : piece.node.init ? functionOf(piece.node.init) : piece.node;
    if (!node || !isFunction(node) || !node.generator || node.async) continue;
    const names = piece.node === node ? [] : analysis.declaredIn(piece.node);
    driven.set(node, uses([...names, ...analysis.declaredIn(node)]));
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const [node, references] of driven) {
      if (references.every((reference) => isDriven(analysis, identifier(reference), driven))) continue;
      driven.delete(node);
      changed = true;
    }
  }
  return new Set(driven.keys());
}

/** `yield* name(…)` directly in driven code, or `go(name, …)` with our own `go`. */
function isDriven(analysis: Analysis, name: Node, driven: ReadonlyMap<Node, unknown>): boolean {
  const call = analysis.parent(name);
  if (call?.type !== 'CallExpression') return false;
  if (call.arguments[0] === name) return call.callee.name === startName || isOwnImport(analysis, call.callee, 'go');
  if (call.callee !== name) return false;
  const holder = analysis.parent(call);
  if (holder?.type !== 'YieldExpression' || !holder.delegate) return false;
  for (let at = analysis.parent(holder); at; at = analysis.parent(at)) if (isFunction(at)) return driven.has(at);
  return false;
}

/** Whether a name is this one of our package, as it was imported. */
export function isOwnImport(analysis: Analysis, callee: Node, exported: string): boolean {
  const definition = callee.type === 'Identifier' ? analysis.resolve(callee)?.defs[0] : undefined;
  if (definition?.type !== 'ImportBinding') return false;
  const specifier = definition.node as unknown as Node;
  const source: string = (definition.parent as unknown as Node).source.value;
  return specifier.imported?.name === exported && isOwnModule(source);
}
