/**
 * Which calls in a text start goroutines, and with which function. `go`, `go.with` and `blocking` of this package are
 * known by how they were imported. Any other `….go(…)`, and a `go` imported from elsewhere, may be ours under another
 * name (`group.go`, a module that exports it again) or somebody else's: there the function has to stay what it is.
 */
import type { Variable } from 'eslint-scope';
import type { Analysis, Node } from './analysis.ts';
import { isClass, isFunction } from './analysis.ts';
import { startName } from './origin.ts';
import { constantDeclarator, functionOf, isReplaced } from './purity.ts';
import { isOwnModule } from './resolve.ts';

export interface Start {
  /** The argument that holds the function, and the function itself (which a compiler may have wrapped). */
  argument: Node;
  /** Undefined for what stands elsewhere. */
  fn: Node | undefined;
  /** It is an expression in the call, and not a name of a function declared elsewhere. */
  inPlace: boolean;
  /** The call is certainly this package's. */
  own: boolean;
  /** It becomes a goroutine, and not a blocking call. */
  runs: boolean;
}

/** Whether a module may start goroutines at all; a cheap look before it is parsed. */
export function mayStart(text: string): boolean {
  return text.includes('goroutines') || goOfFunction.test(text) || goImported.test(text);
}

/** The same for text that was extracted, where less has to be ruled out. */
export function mayStartInside(text: string): boolean {
  return /\b(?:go|blocking)\b/.test(text) || text.includes(startName);
}

const goOfFunction = /\bgo\s*\(\s*(?:async\b|function\b|\(|[\w$]+\s*=>)/;
const goImported = /\bimport\b[^;'"]*\b(?:go|blocking)\b[^;'"]*\bfrom\b/;

/** The calls of one text. */
export class Starts {
  readonly #analysis: Analysis;
  /** Functions of the text that start what they get as this argument, by their variables. */
  readonly #wrappers = new Map<Variable, number>();

  constructor(analysis: Analysis) {
    this.#analysis = analysis;
    this.#findWrappers(analysis.root);
  }

  /** The goroutine or blocking call that a call starts. */
  of(call: Node): Start | undefined {
    const found = this.#apiOf(call);
    const argument: Node | undefined = found && argumentAt(call, found.index);
    if (!argument) return undefined;
    const inPlace = functionOf(argument);
    const fn = inPlace ?? functionOfName(this.#analysis, argument);
    const { own, api } = found!;
    if (fn && isFunction(fn)) return { argument, fn, inPlace: inPlace !== undefined, own, runs: api !== 'blocking' };
    return fn || !own ? undefined : { argument, fn: undefined, inPlace: false, own, runs: api !== 'blocking' };
  }

  #apiOf(call: Node): { api: Api; own: boolean; index: number } | undefined {
    const callee: Node = call.callee.type === 'SequenceExpression' ? call.callee.expressions.at(-1) : call.callee;
    const variable = callee.type === 'Identifier' ? this.#analysis.resolve(callee) : undefined;
    const index = variable ? this.#wrappers.get(variable) : undefined;
    if (index !== undefined) return { api: 'go', own: false, index };
    const found = apiOf(this.#analysis, callee);
    return found && { ...found, index: found.api === 'go.with' ? 1 : 0 };
  }

  /** `const start = (fn, ...args) => go(fn, ...args)` */
  #findWrappers(node: Node): void {
    if (node.type === 'CallExpression') {
      const found = this.#apiOf(node);
      const argument = found && argumentAt(node, found.index);
      const definition = argument?.type === 'Identifier' ? this.#analysis.resolve(argument)?.defs[0] : undefined;
      if (definition?.type === 'Parameter') this.#addWrapper(definition.node as unknown as Node, argument!.name);
    }
    for (const child of this.#analysis.children(node)) this.#findWrappers(child);
  }

  #addWrapper(fn: Node, parameter: string): void {
    const index = fn.params.findIndex((each: Node) => each.type === 'Identifier' && each.name === parameter);
    const holder = this.#analysis.parent(fn);
    const named = fn.type === 'FunctionDeclaration' ? fn : holder?.type === 'VariableDeclarator' ? holder : undefined;
    if (index < 0 || !named) return;
    for (const variable of this.#analysis.declaredIn(named))
      if (functionNamed(variable) === fn) this.#wrappers.set(variable, index);
  }
}

/** Undefined where a spread before it hides which it is. */
function argumentAt(call: Node, index: number): Node | undefined {
  const before: Node[] = call.arguments.slice(0, index + 1);
  return before.some(({ type }) => type === 'SpreadElement') ? undefined : call.arguments[index];
}

type Api = 'go' | 'go.with' | 'blocking';

function apiOf(analysis: Analysis, callee: Node): { api: Api; own: boolean } | undefined {
  if (callee.type === 'MemberExpression') {
    const name = propertyName(callee);
    if (name === 'with') {
      const object = apiOf(analysis, callee.object);
      return object?.api === 'go' ? { api: 'go.with', own: object.own } : undefined;
    }
    if (name !== 'go' && name !== 'blocking') return undefined;
    return { api: name, own: isOwnNamespace(analysis, callee.object) };
  }
  if (callee.type !== 'Identifier') return undefined;
  if (callee.name === startName) return { api: 'go', own: true };
  const exported = importOf(analysis, callee);
  if (!exported || (exported.name !== 'go' && exported.name !== 'blocking')) return undefined;
  return { api: exported.name, own: exported.own };
}

/** What an identifier was imported as, by an `import` or by `const { name: x } = require('…')`. */
function importOf(analysis: Analysis, node: Node): { name: string; own: boolean } | undefined {
  const variable = analysis.resolve(node);
  const definition = variable?.defs[0];
  if (!variable || !definition) return undefined;
  const specifier = definition.node as unknown as Node;
  if (definition.type === 'ImportBinding') {
    const { source } = definition.parent as unknown as Node;
    const name = specifier.imported?.name ?? specifier.imported?.value;
    return name === undefined ? undefined : { name, own: isOwnModule(source.value) };
  }
  const declarator = constantDeclarator(variable);
  if (declarator?.id.type === 'Identifier' && declarator.init.type === 'MemberExpression') {
    const name = propertyName(declarator.init);
    return name === undefined ? undefined : { name, own: isOwnNamespace(analysis, declarator.init.object) };
  }
  if (declarator?.id.type !== 'ObjectPattern') return undefined;
  const property = declarator.id.properties.find((each: Node) => each.value === (definition.name as unknown));
  if (!property || property.computed) return undefined;
  return { name: property.key.name ?? property.key.value, own: isOwnNamespace(analysis, declarator.init) };
}

/** `require('goroutines')`, `await import('goroutines')`, a constant that is one, or `import * as g from 'goroutines'`. */
function isOwnNamespace(analysis: Analysis, node: Node): boolean {
  if (isOwnRequire(node)) return true;
  const variable = node.type === 'Identifier' ? analysis.resolve(node) : undefined;
  const definition = variable?.defs[0];
  if (!variable || !definition) return false;
  if (definition.type === 'ImportBinding') {
    const type = (definition.node as unknown as Node).type;
    return type === 'ImportNamespaceSpecifier' && isOwnModule((definition.parent as unknown as Node).source.value);
  }
  const declarator = constantDeclarator(variable);
  return declarator?.id.type === 'Identifier' && isOwnRequire(declarator.init);
}

function isOwnRequire(init: Node): boolean {
  if (init.type === 'AwaitExpression') return isOwnLiteral((init.argument.callee?.object ?? init.argument).source);
  return init.type === 'CallExpression' && init.callee.name === 'require' && isOwnLiteral(init.arguments[0]);
}

function isOwnLiteral(node: Node | undefined): boolean {
  return typeof node?.value === 'string' && isOwnModule(node.value);
}

function propertyName({ computed, property }: Node): string | undefined {
  return computed ? undefined : property.name;
}

/** The function that a name, or a member of a class, of what a class makes, or of an object, stands for. */
function functionOfName(analysis: Analysis, node: Node): Node | undefined {
  if (node.type === 'Identifier') return functionNamed(analysis.resolve(node));
  const name = node.type === 'MemberExpression' ? propertyName(node) : undefined;
  if (name === undefined) return undefined;
  const member = memberNamed(analysis, node.object, name);
  const fn: Node | undefined = member && /^(method|init)$/.test(member.kind ?? '') ? member.value : undefined;
  return fn && isFunction(fn) ? fn : undefined;
}

function memberNamed(analysis: Analysis, object: Node, name: string): Node | undefined {
  if (object.type === 'NewExpression') return classMember(analysis, object.callee, name, false);
  if (object.type === 'MemberExpression')
    return propertyName(object) === 'prototype' ? classMember(analysis, object.object, name, false) : undefined;
  const variable = object.type === 'Identifier' ? analysis.resolve(object) : undefined;
  const init: Node | undefined = variable ? constantDeclarator(variable)?.init : undefined;
  if (init?.type === 'ObjectExpression') return onlyMember(init.properties, name);
  return init?.type === 'NewExpression' ? memberNamed(analysis, init, name) : classMember(analysis, object, name, true);
}

/** The member of a class, or of the nearest one it extends that has such a member. */
function classMember(
  analysis: Analysis,
  holder: Node,
  name: string,
  isStatic: boolean,
  seen: Set<Node> = new Set(),
): Node | undefined {
  const found = holder.type === 'Identifier' ? functionNamed(analysis.resolve(holder)) : undefined;
  if (!found || !isClass(found) || seen.has(found)) return undefined;
  const all: Node[] = found.body.body;
  if (isStatic && all.some(({ type }) => type === 'StaticBlock')) return undefined;
  const own = all.filter((each) => each.static === isStatic);
  if (own.some((each) => mayBeNamed(each, name))) return onlyMember(own, name);
  return found.superClass ? classMember(analysis, found.superClass, name, isStatic, seen.add(found)) : undefined;
}

/** The member of this name, unless there is another one, or one after it of which that cannot be known. */
function onlyMember(members: readonly Node[], name: string): Node | undefined {
  const first = members.findIndex((each) => isNamed(each, name));
  const member = members[first];
  const others = members.slice(first + 1);
  return member && !member.decorators?.length && !others.some((each) => mayBeNamed(each, name)) ? member : undefined;
}

function isNamed({ computed, key }: Node, name: string): boolean {
  return !computed && key?.type === 'Identifier' && key.name === name;
}

function mayBeNamed(member: Node, name: string): boolean {
  const { type, computed, key } = member;
  if (type === 'SpreadElement') return true;
  if (computed) return !(key.type === 'MemberExpression' && key.object.name === 'Symbol');
  return isNamed(member, name) || key?.value === name;
}

/** How the statement after it reads a method that `functionOfName` found: `Counter.run`, `Counter.prototype.count`. */
export function memberOf(analysis: Analysis, fn: Node): string | undefined {
  const member = analysis.parent(fn);
  if (member?.value !== fn || (member.type !== 'MethodDefinition' && member.type !== 'Property')) return undefined;
  const isOfObject = member.type === 'Property';
  const holder = isOfObject ? analysis.parent(member)! : analysis.parent(analysis.parent(member)!)!;
  const declared = holder.type === 'ClassDeclaration' ? holder : analysis.parent(holder)!;
  if (declared.id?.type !== 'Identifier') return undefined;
  const path = isOfObject || member.static ? '' : '.prototype';
  return `${declared.id.name}${path}.${member.key.name}`;
}

/** The function or class that a variable holds, unless other code than the function's own puts another in its place. */
export function functionNamed(variable: Variable | null | undefined): Node | undefined {
  const definition = variable?.defs.length === 1 ? variable.defs[0]! : undefined;
  const node = definition?.node as unknown as Node | undefined;
  // Within a class its name is a variable of its own.
  if (definition?.type === 'ClassName') return node;
  const declared = node?.type === 'FunctionDeclaration' && definition!.type === 'FunctionName' ? node : undefined;
  const held =
    declared ??
    (node?.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init ? functionOf(node.init) : undefined);
  return held && !isReplaced(variable!, held) ? held : undefined;
}
