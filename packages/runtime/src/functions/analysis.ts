/**
 * The syntax and the scopes of one script, made once per script and thread, and the questions the extractor asks:
 * which function stands at a place, what a stretch of text refers to outside of itself, and whether it uses what only
 * its surroundings have (`this`, `super`, `arguments`, private names).
 *
 * The parser and the scope analyser are loaded on first use: a thread that only runs goroutines never pays for them.
 */
import { createRequire } from 'node:module';
import type { Reference, Scope, ScopeManager, Variable } from 'eslint-scope';
import { CaptureError } from '../errors.ts';
import type { Script } from './inspector.ts';
import { viteExportsName } from './origin.ts';
import { lineBreak, Positions, shortName } from './positions.ts';

export interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: any;
}

/** A stretch of text; a node is one. */
export interface Span {
  start: number;
  end: number;
}

export type Dialect = 'module' | 'commonjs' | 'vite';

export const contains = (outer: Span, inner: Span): boolean => outer.start <= inner.start && inner.end <= outer.end;

const functionTypes = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);
const classTypes = new Set(['ClassDeclaration', 'ClassExpression']);
export const isFunction = (node: Node): boolean => functionTypes.has(node.type);
export const isClass = (node: Node): boolean => classTypes.has(node.type);

export class Analysis {
  readonly script: Script;
  readonly positions: Positions;
  readonly dialect: Dialect;
  readonly root: Node;
  readonly #parents = new Map<Node, Node>();
  /** Functions and classes, and nodes that mean something by where they stand; in the order of the text. */
  readonly #functions: Node[] = [];
  readonly #classes: Node[] = [];
  readonly #contextual: Node[] = [];
  readonly #references: Reference[] = [];
  readonly #referenceOf = new Map<Node, Reference>();
  readonly #manager: ScopeManager;
  readonly #keys: Record<string, string[]>;

  constructor(script: Script) {
    const { parseSync, visitorKeys, analyze } = tools(script.url);
    this.script = script;
    this.positions = new Positions(script);
    const sourceType = script.isModule ? 'module' : 'commonjs';
    const options = { lang: 'js', sourceType, range: true, preserveParens: false } as const;
    const { program, errors } = parseSync('script.js', script.text, options);
    if (errors.length > 0) throw new CaptureError(`cannot read the code of ${shortName(script.url)}: ${errors[0]!.message}`);
    const root = program as unknown as Node;
    this.root = root;
    this.dialect = script.isModule ? 'module' : isViteWrapper(root) ? 'vite' : 'commonjs';
    this.#manager = analyze(program as never, {
      ecmaVersion: 2025,
      sourceType,
      ignoreEval: true,
      // Every node type is in the parser's own table of keys.
      fallback: 'none' as never,
      childVisitorKeys: visitorKeys,
    });
    this.#keys = visitorKeys;
    this.#visit(root);
    for (const scope of this.#manager.scopes) this.#references.push(...scope.references);
    this.#references.sort((a, b) => identifier(a).start - identifier(b).start);
    for (const reference of this.#references) this.#referenceOf.set(identifier(reference), reference);
  }

  #visit(node: Node): void {
    if (isFunction(node)) this.#functions.push(node);
    else if (isClass(node)) this.#classes.push(node);
    else if (contextualTypes.has(node.type)) this.#contextual.push(node);
    for (const child of this.children(node)) {
      this.#parents.set(child, node);
      this.#visit(child);
    }
  }

  children(node: Node): Node[] {
    return (this.#keys[node.type] ?? [])
      .flatMap((key) => node[key] as Node | null | (Node | null)[])
      .filter((child) => child != null);
  }

  /** Whether a node or anything in it is such a one. */
  some(node: Node, is: (node: Node) => boolean, intoFunctions = true): boolean {
    const visit = (at: Node): boolean =>
      is(at) || this.children(at).some((child) => (intoFunctions || !isFunction(child)) && visit(child));
    return visit(node);
  }

  /** Whether a directive stands at the top of a function, of one around it, or of the module. */
  hasDirective(fn: Node, directive: string): boolean {
    for (let at: Node | undefined = fn; at; at = this.parent(at)) {
      const statements: Node[] | undefined = at.type === 'Program' ? at.body : isFunction(at) ? at.body.body : undefined;
      if (Array.isArray(statements) && statements.some((statement) => statement.directive === directive)) return true;
    }
    return false;
  }

  /** Offsets within a node where a nested node begins, in order: there white space may be put in. */
  boundaries(node: Node): number[] {
    const offsets = new Set<number>();
    const visit = (at: Node): void => {
      if (at.type === 'TemplateElement') return;
      offsets.add(at.start);
      this.children(at).forEach(visit);
    };
    visit(node);
    offsets.delete(node.start);
    return [...offsets].sort((a, b) => a - b);
  }

  parent(node: Node): Node | undefined {
    return this.#parents.get(node);
  }

  text(span: Span): string {
    return this.script.text.slice(span.start, span.end);
  }

  /** The function or class whose head (all before its body) holds the offset; V8 places a function at its parameters. */
  functionAt(offset: number): Node | undefined {
    const exact = this.#classes.find((node) => node.start === offset);
    if (exact) return exact;
    let found: Node | undefined;
    for (const node of this.#functions) {
      if (node.start <= offset && offset < node.body.start && node.start >= (found?.start ?? 0)) found = node;
    }
    const member = found && this.parent(found);
    return member?.type === 'MethodDefinition' && member.kind === 'constructor' ? this.parent(this.parent(member)!) : found;
  }

  /** What an identifier refers to; null for what no scope of the script declares. */
  resolve(node: Node): Variable | null {
    return this.#referenceOf.get(node)?.resolved ?? null;
  }

  /** Whether a name occurs in the code, declared or not; text in strings is no code. */
  mentions(name: string): boolean {
    return (
      this.#manager.scopes.some((scope) => scope.set.has(name)) ||
      this.#references.some((reference) => reference.identifier.name === name)
    );
  }

  /** The scopes around a node, outermost first. */
  scopesAround(node: Node): Scope[] {
    let innermost: Scope | undefined;
    for (let at = this.parent(node); at && !innermost; at = this.parent(at))
      innermost = this.#manager.acquireAll(at as never)?.at(-1);
    const chain: Scope[] = [];
    for (let scope: Scope | null = innermost ?? null; scope; scope = scope.upper) chain.unshift(scope);
    return chain;
  }

  /** The variables that a declaration or a declarator declares, or of a function those that stand for it. */
  declaredIn(node: Node): Variable[] {
    const variables = this.#manager.getDeclaredVariables(node as never);
    if (!isFunction(node)) return variables;
    return variables.filter((variable) =>
      variable.defs.some((def) => def.type === 'FunctionName' && def.node === (node as unknown)),
    );
  }

  /** The names of a function's own scopes: parameters, and what its body declares at its top. */
  namesDeclaredIn(fn: Node): string[] {
    const scopes = [...(this.#manager.acquireAll(fn as never) ?? []), this.#manager.acquire(fn.body as never)];
    return scopes.flatMap((scope) => (scope ? scope.variables.map(({ name }) => name) : []));
  }

  referencesIn(span: Span): Reference[] {
    const from = this.#firstReference(span.start);
    return this.#references.slice(from, this.#firstReference(span.end));
  }

  sameLine(from: number, to: number): boolean {
    return this.script.text.slice(from, to).search(lineBreak) < 0;
  }

  /** References in the span to what is declared outside of it. */
  freeReferences(span: Span): Reference[] {
    const free: Reference[] = [];
    for (let index = this.#firstReference(span.start); index < this.#references.length; index++) {
      const reference = this.#references[index]!;
      if (identifier(reference).start >= span.end) break;
      const variable = reference.resolved;
      if (!variable || !declaredIn(variable, span)) free.push(reference);
    }
    return free;
  }

  #firstReference(offset: number): number {
    let low = 0;
    let high = this.#references.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (identifier(this.#references[middle]!).start < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** `this`, `super`, `new.target`, a private name: the first in the span whose meaning comes from outside of it. */
  foreignContext(span: Span): { node: Node; what: string } | undefined {
    for (const node of this.#contextual) {
      if (!contains(span, node)) continue;
      const what = contextualTypes.get(node.type)!;
      if (node.type === 'MetaProperty' ? node.meta.name !== 'new' : node.type === 'ImportExpression') continue;
      if (node.type === 'ThisExpression' && (this.#isOfJsx(node) || this.#isOfAwaiter(node))) continue;
      const owner = this.#contextOwner(node);
      if (!owner || !contains(span, owner)) return { node, what: node.type === 'PrivateIdentifier' ? `#${node.name}` : what };
    }
    return undefined;
  }

  /** The node that gives a contextual node its meaning: the function, or the class or object for `super` and private names. */
  #contextOwner(node: Node): Node | undefined {
    if (node.type === 'PrivateIdentifier') {
      for (let at = this.parent(node); at; at = this.parent(at)) {
        const declares = (member: Node): boolean => member.key?.type === 'PrivateIdentifier' && member.key.name === node.name;
        if (at.type === 'ClassBody' && at.body.some(declares)) return at;
      }
      return undefined;
    }
    for (let child = node, at = this.parent(node); at; child = at, at = this.parent(at)) {
      const plain = isFunction(at) && at.type !== 'ArrowFunctionExpression';
      const field = (at.type === 'PropertyDefinition' && at.value === child) || at.type === 'StaticBlock';
      if (plain || field) return node.type === 'Super' ? this.parent(plain ? this.parent(at)! : at) : at;
    }
    return undefined;
  }

  /** `this` as compilers of JSX write it for React's warnings: `__self: this`, or the sixth argument of `jsxDEV`. */
  #isOfJsx(node: Node): boolean {
    const parent = this.parent(node)!;
    if (parent.type === 'Property') return parent.value === node && parent.key.name === '__self';
    return parent.type === 'CallExpression' && parent.arguments[5] === node && /\b_?jsxDEV\)?$/.test(this.text(parent.callee));
  }

  /** `this` as TypeScript writes it for an async function that it makes a generator: `__awaiter(this, …, function* () { … })`. */
  #isOfAwaiter(node: Node): boolean {
    const parent = this.parent(node)!;
    if (parent.type !== 'CallExpression' || parent.arguments[0] !== node || !/\b__awaiter$/.test(this.text(parent.callee)))
      return false;
    const body: Node | undefined = parent.arguments.at(-1);
    return body?.type === 'FunctionExpression' && !this.#usesThis(body.body);
  }

  #usesThis(node: Node): boolean {
    if (node.type === 'ThisExpression' || node.type === 'Super') return true;
    const own = isFunction(node) && node.type !== 'ArrowFunctionExpression';
    return !own && this.children(node).some((child) => this.#usesThis(child));
  }

  /** `import(…)` and `import.meta` in the span. */
  importForms(span: Span): Node[] {
    return this.#contextual.filter(
      (node) =>
        contains(span, node) &&
        (node.type === 'ImportExpression' || (node.type === 'MetaProperty' && node.meta.name === 'import')),
    );
  }
}

type Tools = Pick<typeof import('oxc-parser'), 'parseSync' | 'visitorKeys'> & Pick<typeof import('eslint-scope'), 'analyze'>;

function tools(url: string): Tools {
  const require = createRequire(import.meta.url);
  try {
    const { parseSync, visitorKeys } = require('oxc-parser') as typeof import('oxc-parser');
    const { analyze } = require('eslint-scope') as typeof import('eslint-scope');
    return { parseSync, visitorKeys, analyze };
  } catch (cause) {
    throw new CaptureError(
      `the code of a function in ${shortName(url)} cannot be read where there is no parser, as in a bundle: ` +
        'goroutines/plugin prepares functions that are written in the call of go, or named in it',
      { cause },
    );
  }
}

const contextualTypes = new Map([
  ['ThisExpression', 'this'],
  ['Super', 'super'],
  ['MetaProperty', 'new.target'],
  ['PrivateIdentifier', 'a private name'],
  ['ImportExpression', 'import()'],
]);

export function identifier(reference: Reference): Node {
  return reference.identifier as unknown as Node;
}

/** Whether a variable is declared within the span: by its name there, or as something of a function there (`arguments`). */
function declaredIn(variable: Variable, span: Span): boolean {
  if (variable.defs.length > 0) return variable.defs.every((def) => contains(span, def.name as unknown as Node));
  return contains(span, variable.scope.block as unknown as Node);
}

/** A name that nothing in the text begins with. */
export function freeName(text: string, wanted: string): string {
  let name = wanted;
  for (let number = 1; text.includes(name); number++) name = wanted + number;
  return name;
}

/** Why a text is no module: code of CommonJS may use what strict mode forbids. */
export function moduleSyntaxError(text: string): string | undefined {
  const { parseSync } = createRequire(import.meta.url)('oxc-parser') as typeof import('oxc-parser');
  return parseSync('script.js', text, { lang: 'js', sourceType: 'module', showSemanticErrors: true }).errors[0]?.message;
}

/** Vite's module runner runs a module as the body of an async arrow whose parameters stand for the module's own means. */
function isViteWrapper(program: Node): boolean {
  const last: Node | undefined = program.body.at(-1);
  const arrow: Node | undefined = last?.type === 'ExpressionStatement' ? last.expression : undefined;
  return arrow?.type === 'ArrowFunctionExpression' && arrow.params[0]?.name === viteExportsName;
}
