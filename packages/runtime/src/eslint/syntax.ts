/** Questions about syntax and scopes that all rules ask. The trees are ESTree's, with TypeScript's nodes where there are any. */
import type { Rule, Scope, SourceCode } from 'eslint';

/** Parsers differ in what they add to ESTree, so that nodes are read by name. */
export interface Node {
  type: string;
  range: [number, number];
  parent: Node;
  [key: string]: any;
}

export const eslintNode = (node: Node): Rule.Node => node as unknown as Rule.Node;

const functionTypes = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);
export const isFunction = (node: Node): boolean => functionTypes.has(node.type);

/** What changes nothing about a value: `x!`, `x as T`, `x satisfies T`, `a?.b`. */
const wrappers = new Set([
  'TSNonNullExpression',
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSTypeAssertion',
  'ParenthesizedExpression',
  'ChainExpression',
]);
export const isWrapper = (node: Node): boolean => wrappers.has(node.type);

export function unwrap(node: Node): Node {
  return isWrapper(node) ? unwrap(node.expression) : node;
}

/** The name of a member or of a property's key, where it is written out. */
export function keyOf({ computed, key, property }: Node): string | undefined {
  const name: Node = key ?? property;
  if (!computed && name.type === 'Identifier') return name.name;
  return name.type === 'Literal' ? String(name.value) : undefined;
}

export function variableOf(source: SourceCode, identifier: Node): Scope.Variable | undefined {
  for (let scope: Scope.Scope | null = source.getScope(eslintNode(identifier)); scope; scope = scope.upper) {
    const variable = scope.set.get(identifier.name);
    if (variable) return variable.defs.length > 0 ? variable : undefined;
  }
  return undefined;
}

/** The only definition of a variable that keeps its first value. */
export function definitionOf(variable: Scope.Variable | undefined): Scope.Definition | undefined {
  if (variable?.defs.length !== 1) return undefined;
  return variable.references.some((reference) => reference.isWrite() && !reference.init) ? undefined : variable.defs[0];
}

/** The function that an expression is or names, where that is certain. */
export function functionOf(source: SourceCode, expression: Node): Node | undefined {
  const node = unwrap(expression);
  if (isFunction(node)) return node;
  if (node.type !== 'Identifier') return undefined;
  const definition = definitionOf(variableOf(source, node));
  const definer = definition?.node as Node | undefined;
  if (definition?.type === 'FunctionName') return definer;
  const initial: Node | undefined =
    definition?.type === 'Variable' && definer?.id.type === 'Identifier' ? definer.init : undefined;
  return initial && isFunction(unwrap(initial)) ? unwrap(initial) : undefined;
}

export const isGenerator = (fn: Node): boolean => fn.generator === true && !fn.async;

/** The function whose body a node is in; undefined for the module's own. */
export function functionAround(node: Node): Node | undefined {
  for (let at: Node | null = node.parent; at; at = at.parent) if (isFunction(at)) return at;
  return undefined;
}

export function isWithin(inner: Node, outer: Node): boolean {
  return outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];
}

/** Every node below and including this one, in the order of the text. */
export function* nodesIn(source: SourceCode, node: Node): Generator<Node> {
  yield node;
  for (const key of source.visitorKeys[node.type] ?? []) {
    for (const child of [node[key]].flat() as (Node | null | undefined)[]) if (child) yield* nodesIn(source, child);
  }
}

/** References within a function or class to what is declared outside of it; types are no references. */
export function freeReferences(source: SourceCode, node: Node): Scope.Reference[] {
  const free: Scope.Reference[] = [];
  const visit = (scope: Scope.Scope): void => {
    for (const reference of scope.references) {
      if ((reference as { isValueReference?: boolean }).isValueReference === false) continue;
      const { resolved } = reference;
      if (resolved && !isWithin(resolved.scope.block as unknown as Node, node)) free.push(reference);
    }
    scope.childScopes.forEach(visit);
  };
  const scope = source.scopeManager.acquire(node as never);
  if (scope) visit(scope);
  return free;
}

/** `this`, `super`, `new.target`, a private name: the first within a node whose meaning comes from outside of it. */
export function foreignContext(source: SourceCode, node: Node): { node: Node; what: string } | undefined {
  for (const each of nodesIn(source, node)) {
    const what = contextual(each);
    const owner = what === undefined ? undefined : contextOwner(each);
    if (what !== undefined && !(owner && isWithin(owner, node))) return { node: each, what };
  }
  return undefined;
}

function contextual(node: Node): string | undefined {
  if (node.type === 'ThisExpression') return 'this';
  if (node.type === 'Super') return 'super';
  if (node.type === 'PrivateIdentifier') return `#${node.name}`;
  return node.type === 'MetaProperty' && node.meta.name === 'new' ? 'new.target' : undefined;
}

/** The node that gives it its meaning: the function, or the class or object for `super` and private names. */
function contextOwner(node: Node): Node | undefined {
  for (let from = node, at = node.parent; at; from = at, at = at.parent) {
    if (node.type === 'PrivateIdentifier') {
      const declares = ({ key }: Node): boolean => key?.type === 'PrivateIdentifier' && key.name === node.name;
      if (at.type === 'ClassBody' && at.body.some(declares)) return at;
      continue;
    }
    const plain = isFunction(at) && at.type !== 'ArrowFunctionExpression';
    const field = (at.type === 'PropertyDefinition' && at.value === from) || at.type === 'StaticBlock';
    if (plain || field) return node.type !== 'Super' ? at : plain ? at.parent.parent : at.parent;
  }
  return undefined;
}
