/**
 * What a script attaches to its functions and classes behind their declarations:
 *
 *     Shape.prototype.area = function () { … };
 *     Shape.limit = 3;
 *
 * Statements of this form belong to the function as a method belongs to its class, and go along with it: those of a prototype
 * and those under a symbol always, others where the code that goes along names the property. As with constants, only what may
 * be evaluated again does (`purity.ts`); a state of the program's own (`Shape.known = new Map()`) stays where it is.
 */
import type { Variable } from 'eslint-scope';
import { type Analysis, identifier, isClass, isFunction, type Node } from './analysis.ts';
import { constantDeclarator, functionOf, isPure } from './purity.ts';

/** An assignment that is a statement of its own, and the name of the property; undefined where that is always wanted. */
export interface Attachment {
  node: Node;
  property: string | undefined;
}

/** In the order of the text; nothing for what is no function and no class. */
export function attachmentsOf(analysis: Analysis, variable: Variable): Attachment[] {
  if (!isOfFunction(variable)) return [];
  return variable.references.flatMap((reference) => {
    const found = reference.from === variable.scope ? attachmentAt(analysis, identifier(reference)) : undefined;
    return found && standsIn(analysis, found.node, variable) ? [found] : [];
  });
}

function isOfFunction(variable: Variable): boolean {
  const declared = variable.defs[0]?.node as unknown as Node | undefined;
  if (declared && (isFunction(declared) || isClass(declared))) return true;
  const init: Node | undefined = constantDeclarator(variable)?.init;
  return init !== undefined && functionOf(init) !== undefined;
}

/** `name.property = value`, or a chain of properties. */
function attachmentAt(analysis: Analysis, name: Node): Attachment | undefined {
  const first = analysis.parent(name);
  let target = name;
  for (let at = first; at?.type === 'MemberExpression' && at.object === target; at = analysis.parent(at)) {
    if (at.computed && !isPure(analysis, at.property)) return undefined;
    target = at;
  }
  if (first === undefined || target === name) return undefined;
  const assignment = analysis.parent(target);
  if (assignment?.type !== 'AssignmentExpression' || assignment.operator !== '=' || assignment.left !== target) return undefined;
  if (!isPure(analysis, assignment.right)) return undefined;
  const { computed, property } = first;
  const isNamed = !computed || property.type === 'Literal';
  const key = isNamed ? String(property.name ?? property.value) : undefined;
  return { node: assignment, property: key === 'prototype' ? undefined : key };
}

/** As a statement, directly where the variable is declared. */
function standsIn(analysis: Analysis, assignment: Node, { scope }: Variable): boolean {
  const statement = analysis.parent(assignment)!;
  const block = analysis.parent(statement);
  const owner = scope.block as unknown as Node;
  return statement.type === 'ExpressionStatement' && (block === owner || block === owner.body);
}
