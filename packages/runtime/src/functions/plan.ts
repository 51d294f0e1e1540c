/**
 * Decides what a function takes along. From the function's own free names on, transitively, each name is
 * - an import: imported again, by absolute URL;
 * - carried: a function, a class, or a constant that may be evaluated again (`purity.ts`); its text goes along, and what is
 *   attached to it (`attached.ts`);
 * - captured: its value is read when the goroutine starts;
 * - one of the module's own means (`require`, `import.meta`): provided by `origin.ts`;
 * - a global: nothing to do.
 *
 * What encloses the function can't be carried, for the function would be inside of its own surroundings; it is captured
 * as the function value it is. All declarations involved stand in scopes around the function (the chain), so they never overlap.
 *
 * Carried code works on copies: an assignment to anything outside of it would be lost, and is refused here.
 */
import type { Scope, Variable } from 'eslint-scope';
import { CaptureError } from '../errors.ts';
import { type Analysis, contains, identifier, type Node, type Span } from './analysis.ts';
import { type Attachment, attachmentsOf } from './attached.ts';
import { commonjsNames, dynamicImportName, importMetaName, isKeepName } from './origin.ts';
import {
  awaitedImport,
  constantDeclarator,
  functionOf,
  isCompilerHelper,
  isPureDeclarator,
  isReassigned,
  isViteName,
  makesItself,
} from './purity.ts';
import { resolveImport, resolveViteId } from './resolve.ts';

/** A piece of the original text that goes along; `before` and `after` are put around it. */
export interface Piece {
  node: Node;
  before: string;
  after: string;
  /** Index in the chain of the scope whose names it declares. */
  depth: number;
  /** The declaration it is a declarator of: neighbours are joined by a comma again. */
  declaration: Node | undefined;
}

export interface Capture {
  name: string;
  depth: number;
  /** Assigned somewhere, so that its value may be another one at the next call. */
  rebinds: boolean;
  /** Once initialised it can't be undefined: Node 20 shows a variable before its declaration as undefined. */
  neverUndefined: boolean;
  /** Among the contexts around the function that hold this name, innermost first: which one, and of how many. */
  index: number;
  count: number;
  /**
   * V8 keeps what only a class's `extends` names out of every context; it is the prototype of that class.
   * The class by name, or '' for the function itself where that is the class.
   */
  superclassOf: string | undefined;
}

export interface Import {
  local: string;
  /** '*' for the namespace. */
  imported: string;
  url: string;
  attributes: string;
}

export interface Plan {
  root: Piece;
  pieces: Piece[];
  captures: Capture[];
  imports: Import[];
  originNames: Set<string>;
  /** By depth: the names declared there, and all names that the text there mentions. */
  declared: Set<string>[];
  mentioned: Set<string>[];
}

/** What TypeScript, esbuild and SWC call the functions that apply decorators. */
const decoratorHelper = /^_{1,2}(ts_)?(decorate|esDecorate|legacyDecorate|decorateClass|decorateElement|applyDecs)/;

/** Where the produced function is stored in extracted text; `extract` replaces it by a name that is free. */
export const resultPlaceholder = '\0result';

export function planOf(analysis: Analysis, fn: Node, subject: string): Plan {
  return new Planner(analysis, fn, subject).run();
}

class Planner {
  readonly #analysis: Analysis;
  readonly #fn: Node;
  readonly #subject: string;
  readonly #chain: Scope[];
  readonly #plan: Plan;
  readonly #seen = new Set<Variable>();
  readonly #attachments: (Attachment & { depth: number })[] = [];

  constructor(analysis: Analysis, fn: Node, subject: string) {
    this.#analysis = analysis;
    this.#fn = fn;
    this.#subject = subject;
    this.#chain = analysis.scopesAround(fn);
    const sets = (): Set<string>[] => this.#chain.map(() => new Set<string>());
    const root = this.#rootPiece();
    this.#plan = { root, pieces: [root], captures: [], imports: [], originNames: new Set(), declared: sets(), mentioned: sets() };
  }

  run(): Plan {
    const { pieces } = this.#plan;
    let followed = 0;
    // The list grows while it is walked.
    do while (followed < pieces.length) this.#follow(pieces[followed++]!);
    while (this.#takeAttached());
    return this.#plan;
  }

  /** True when there was something attached to what goes along, and wanted by what has been added since. */
  #takeAttached(): boolean {
    const { pieces } = this.#plan;
    const before = pieces.length;
    const isNamed = (property: string): boolean => pieces.some(({ node }) => this.#analysis.text(node).includes(property));
    for (const { node, property, depth } of this.#attachments) {
      const wanted = property === undefined || isNamed(property);
      if (wanted && !pieces.some((piece) => piece.node === node))
        pieces.push({ node, before: '', after: '', depth, declaration: undefined });
    }
    return pieces.length > before;
  }

  /** Where a function is declared by name it stays a declaration, so that it can call itself and keeps its name. */
  #rootPiece(): Piece {
    const fn = this.#fn;
    const depth = this.#chain.length - 1;
    const parent = this.#analysis.parent(fn)!;
    const scope = this.#chain[depth]!;
    const result = resultPlaceholder;
    const named = (node: Node, name: string): Piece | undefined => {
      const variable =
        scope.set.get(name) ??
        this.#chain
          .toReversed()
          .find((other) => other.set.has(name))
          ?.set.get(name);
      if (!variable || this.#declarationOf(variable) !== node) return undefined;
      const piece = this.#piece(node, variable);
      return { ...piece, after: `${piece.after};${result}=${name}` };
    };
    const plain = (before: string, after: string): Piece => ({ node: fn, before, after, depth, declaration: undefined });
    if (fn.type.endsWith('Declaration') && fn.id) {
      const piece = named(fn, fn.id.name);
      if (piece) return piece;
    }
    const holder = parent.type === 'CallExpression' ? this.#analysis.parent(parent)! : parent;
    if (holder.type === 'VariableDeclarator' && holder.id.type === 'Identifier' && functionOf(holder.init) === fn) {
      const piece = named(holder, holder.id.name);
      if (piece) return piece;
    }
    if (parent.value === fn && (parent.type === 'MethodDefinition' || (parent.type === 'Property' && parent.method))) {
      if (parent.kind !== 'method' && parent.kind !== 'init') throw this.#accessor(fn);
      const key = memberName(parent);
      return plain(`${result}={${fn.async ? 'async ' : ''}${fn.generator ? '*' : ''}${key}`, `}[${key}]`);
    }
    if (parent.type === 'Property' && parent.kind !== 'init') throw this.#accessor(fn);
    const name = givenName(this.#analysis, fn);
    if (name !== undefined) return plain(`${result}={${name}:`, `}[${name}]`);
    // A bare assignment would name an anonymous function after the variable.
    return plain(`${result}=(0,`, ')');
  }

  #piece(node: Node, variable: Variable): Piece {
    const depth = this.#chain.indexOf(variable.scope);
    if (node.type !== 'VariableDeclarator') return { node, before: '', after: '', depth, declaration: undefined };
    const declaration = this.#analysis.parent(node)!;
    return { node, before: declaration.kind === 'const' ? 'const ' : 'let ', after: '', depth, declaration };
  }

  /** Follows every name that a piece takes from outside of itself. */
  #follow(piece: Piece): void {
    const { node, depth } = piece;
    const analysis = this.#analysis;
    const foreign = analysis.foreignContext(node);
    if (foreign && !(node.init && node.init.type === 'LogicalExpression' && isCompilerHelper(node.init))) {
      throw this.#foreign(foreign.node, foreign.what);
    }
    const decorated = this.#decoratedClass(piece);
    if (decorated) throw this.#decorated(decorated);
    for (const form of analysis.importForms(node)) {
      this.#plan.originNames.add(form.type === 'MetaProperty' ? importMetaName : dynamicImportName);
    }
    for (const variable of this.#declaredBy(piece)) {
      this.#seen.add(variable);
      this.#plan.declared[depth]!.add(variable.name);
      for (const attachment of attachmentsOf(analysis, variable)) {
        const outside = !contains(attachment.node, this.#fn) && this.#staysInChain(attachment.node);
        if (outside) this.#attachments.push({ ...attachment, depth });
      }
    }
    const toItself = piece === this.#plan.root ? this.#assignmentToItself() : undefined;
    if (toItself) throw this.#assignment(toItself);
    for (const reference of analysis.freeReferences(node)) {
      const at = identifier(reference);
      const variable = reference.resolved;
      this.#plan.mentioned[depth]!.add(at.name);
      if (!variable) this.#followUndeclared(at);
      else if (reference.isWrite()) throw this.#assignment(at);
      else this.#followVariable(variable, at);
    }
  }

  /** Where the function assigns to its own name, which the text that goes along declares too: there it would be lost all the same. */
  #assignmentToItself(): Node | undefined {
    const references = this.#analysis.declaredIn(this.#fn).flatMap((variable) => variable.references);
    const writes = references.filter((reference) => reference.isWrite()).map(identifier);
    const inside = writes.find((at) => contains(this.#fn, at));
    return inside && !makesItself(this.#fn) ? inside : undefined;
  }

  /** A class in the piece with decorators, also those that a compiler has made calls of helpers behind the class. */
  #decoratedClass(piece: Piece): Node | undefined {
    const analysis = this.#analysis;
    let found: Node | undefined;
    analysis.some(piece.node, (node) => {
      if (node.type === 'Decorator') found = node;
      return found !== undefined;
    });
    if (found) return found;
    for (const { references } of this.#declaredBy(piece)) {
      for (const reference of references) {
        const name = identifier(reference);
        const holder = analysis.parent(name);
        const argument = holder?.type === 'MemberExpression' ? holder : name;
        const call = analysis.parent(argument);
        if (call?.type === 'CallExpression' && call.callee !== argument && decoratorHelper.test(call.callee.name ?? ''))
          return name;
      }
    }
    return undefined;
  }

  #declaredBy(piece: Piece): Variable[] {
    if (piece === this.#plan.root && piece.node === this.#fn && !piece.after.includes('=')) return [];
    return [...this.#chain[piece.depth]!.variables].filter((variable) =>
      variable.defs.some((def) => def.node === (piece.node as unknown)),
    );
  }

  #followUndeclared(at: Node): void {
    const { dialect } = this.#analysis;
    if (dialect !== 'commonjs') return;
    if (commonjsNames.has(at.name)) this.#plan.originNames.add(at.name);
    // CommonJS's other two are objects of the program: they are read like any captured value, from the outermost context.
    if (at.name === 'module' || at.name === 'exports') this.#capture(at.name, undefined, this.#chain.length > 1 ? 1 : 0);
  }

  #followVariable(variable: Variable, at: Node): void {
    if (this.#seen.has(variable)) return;
    this.#seen.add(variable);
    const definition = variable.defs[0];
    if (definition?.type === 'ImportBinding') {
      this.#import(variable, definition.node as unknown as Node, definition.parent as unknown as Node, at);
      return;
    }
    const awaited = this.#awaitedImport(variable, at);
    if (awaited) {
      this.#plan.imports.push(awaited);
      return;
    }
    if (this.#isOriginName(variable)) {
      this.#plan.originNames.add(variable.name);
      return;
    }
    if (variable.name === 'arguments' && variable.defs.length === 0) throw this.#foreign(at, 'arguments');
    const declaration = this.#declarationOf(variable);
    if (declaration && !contains(declaration, this.#fn) && this.#staysInChain(declaration)) {
      if (!this.#plan.pieces.some((piece) => piece.node === declaration))
        this.#plan.pieces.push(this.#piece(declaration, variable));
      return;
    }
    if (declaration && declaration === this.#plan.root.node) return;
    if (variable.scope.type === 'function-expression-name') {
      const why = `the name of a function expression around it, which can't be read`;
      throw this.#error(at, `captures '${variable.name}', ${why}. Declare it: function ${variable.name}() {}.`);
    }
    this.#capture(variable.name, variable, this.#chain.indexOf(variable.scope), this.#heir(at));
  }

  /** The text that declares a variable, if it may be carried. */
  #declarationOf(variable: Variable): Node | undefined {
    const definition = variable.defs.length === 1 ? variable.defs[0]! : undefined;
    const node = definition?.node as unknown as Node | undefined;
    if (node?.type === 'FunctionDeclaration' || node?.type === 'ClassDeclaration') {
      const outer = variable.scope.block !== (node as unknown);
      return outer && (!isReassigned(variable) || makesItself(node)) ? node : undefined;
    }
    const declarator = constantDeclarator(variable);
    return declarator && isPureDeclarator(this.#analysis, declarator) ? declarator : undefined;
  }

  /** A declaration in a side branch (`if (x) { var f = … }`) may use names that aren't around the function. */
  #staysInChain(declaration: Span): boolean {
    return this.#analysis.freeReferences(declaration).every(({ resolved }) => !resolved || this.#chain.includes(resolved.scope));
  }

  #isOriginName(variable: Variable): boolean {
    const definition = variable.defs[0];
    if (definition?.type === 'Parameter') return isViteName(this.#analysis, variable);
    const declarator = isKeepName(variable.name) ? constantDeclarator(variable) : undefined;
    if (!declarator || !functionOf(declarator.init)) return false;
    return this.#analysis.text(declarator.init).includes('"name"');
  }

  #import(variable: Variable, specifier: Node, declaration: Node, at: Node): void {
    const { script } = this.#analysis;
    const source: string = declaration.source.value;
    const url = script.aliases?.get(source) ?? this.#resolved(at, () => resolveImport(source, script.url));
    let imported = '*';
    if (specifier.type === 'ImportDefaultSpecifier') imported = 'default';
    else if (specifier.type === 'ImportSpecifier') imported = specifier.imported.name ?? specifier.imported.value;
    const attributes = (declaration.attributes ?? []).map((attribute: Node) => this.#analysis.text(attribute)).join(',');
    this.#plan.imports.push({ local: variable.name, imported, url, attributes: attributes || attributeOf(url) });
  }

  /** `const { name } = await import('…')` and what Vite writes for imports: on another thread it is an import like any other. */
  #awaitedImport(variable: Variable, at: Node): Import | undefined {
    const { dialect, script } = this.#analysis;
    const declarator = constantDeclarator(variable);
    if (!declarator) return undefined;
    const vites = dialect === 'vite' && declarator.init.type === 'AwaitExpression' ? declarator.init.argument : undefined;
    const isVites = vites?.type === 'CallExpression' && viteImport.test(vites.callee.name);
    const source: unknown = (isVites ? vites.arguments[0] : awaitedImport(this.#analysis, variable)?.source)?.value;
    const imported = importedName(declarator.id, variable);
    // The import stands at the top of the module, where the name may mean something else.
    const isOnly = this.#chain.filter((scope) => scope.set.has(variable.name)).length === 1;
    if (typeof source !== 'string' || imported === undefined || !isOnly) return undefined;
    const resolve = (): string => (dialect === 'vite' ? resolveViteId(source, script.url) : resolveImport(source, script.url));
    const url = script.aliases?.get(source) ?? this.#resolved(at, resolve);
    return { local: variable.name, imported, url, attributes: isVites ? attributeOf(url) : '' };
  }

  #resolved(at: Node, resolve: () => string): string {
    try {
      return resolve();
    } catch (cause) {
      throw this.#error(at, `imports '${at.name}' from a module that was not found: ${(cause as Error).message}`, cause);
    }
  }

  #capture(name: string, variable: Variable | undefined, depth: number, superclassOf?: string): void {
    const holders = this.#chain.map((scope) => {
      const own = scope.set.get(name);
      return own !== undefined && this.#isInContext(own, scope);
    });
    if (!variable) holders[depth] = true;
    const index = holders.slice(depth + 1).filter(Boolean).length;
    const count = holders.filter(Boolean).length;
    const rebinds = variable !== undefined && (variable.defs.length !== 1 || isReassigned(variable));
    if (this.#plan.captures.some((other) => other.name === name && other.depth === depth)) return;
    const defined = variable !== undefined && neverUndefined(variable);
    const heir = holders[depth] ? undefined : superclassOf;
    this.#plan.captures.push({ name, depth, rebinds, neverUndefined: defined, index, count, superclassOf: heir });
    this.#plan.declared[depth]!.add(name);
  }

  /** The class that an identifier is the superclass of. */
  #heir(at: Node): string | undefined {
    const heir = this.#analysis.parent(at);
    if (heir?.superClass !== at) return undefined;
    return heir === this.#fn ? '' : heir.id?.name;
  }

  /** Whether V8 keeps a variable in a context, where closures see it, and not on the stack; or in a module's own table. */
  #isInContext(variable: Variable, scope: Scope): boolean {
    if (scope.type === 'global' || variable.defs[0]?.type === 'ImportBinding') return true;
    if (variable.references.some((reference) => reference.from.variableScope !== scope.variableScope)) return true;
    return scope.type === 'module' && this.#isExported(variable);
  }

  #isExported(variable: Variable): boolean {
    const nodes = [...variable.defs.map((def) => def.node), ...variable.references.map((reference) => reference.identifier)];
    return nodes.some((node) => {
      const parent = this.#analysis.parent(node as unknown as Node);
      const holder = parent?.type === 'VariableDeclaration' ? this.#analysis.parent(parent) : parent;
      return holder?.type.startsWith('Export') === true;
    });
  }

  #assignment(at: Node): CaptureError {
    const instead = 'A goroutine works on copies: return the value, send it on a channel, or use an AtomicInt.';
    return this.#error(at, `assigns to the captured variable '${at.name}'. ${instead}`);
  }

  #foreign(at: Node, what: string): CaptureError {
    return this.#error(
      at,
      `uses '${what}' of its surroundings. It runs on another thread: pass what it needs as an argument, or use go.local.`,
    );
  }

  #decorated(at: Node): CaptureError {
    const why = 'which are applied where the class is declared, and not on other threads';
    return this.#error(
      at,
      `takes along a class with decorators, ${why}. Import the class from a module of its own, or pass data.`,
    );
  }

  #accessor(fn: Node): CaptureError {
    return this.#error(fn, 'is a getter or setter. Pass a function.');
  }

  #error(at: Node, text: string, cause?: unknown): CaptureError {
    const where = `${this.#subject} at ${this.#analysis.positions.describe(at.start)}`;
    return new CaptureError(`${where} ${text}`, cause === undefined ? undefined : { cause });
  }
}

function neverUndefined(variable: Variable): boolean {
  const declarator = constantDeclarator(variable);
  const { kind } = (variable.defs[0]?.parent ?? {}) as { kind?: string };
  const init = declarator?.id.type === 'Identifier' && kind !== 'var' ? declarator.init : undefined;
  return init !== undefined && /^(New|Array|Object|Class|Function|ArrowFunction|Binary)Expression$|Literal$/.test(init.type);
}

/** Bundlers and Vite need none, and Vite takes it away. */
function attributeOf(url: string): string {
  return url.endsWith('.json') ? 'type:"json"' : '';
}

const viteImport = /^__vite_ssr_(dynamic_)?import__$/;

/** Of a module that is put into a variable, or of which one export is. */
function importedName(pattern: Node, variable: Variable): string | undefined {
  if (pattern.type === 'Identifier') return '*';
  if (pattern.type !== 'ObjectPattern') return undefined;
  const property = pattern.properties.find((each: Node) => each.value === (variable.defs[0]!.name as unknown));
  return property && !property.computed ? String(property.key.name ?? property.key.value) : undefined;
}

/** A method's key as text that is good in an object literal and, in brackets, to read it. */
function memberName(member: Node): string {
  if (member.computed) return '"method"';
  return JSON.stringify(String(member.key.name ?? member.key.value));
}

/** The name that a property, a variable or a parameter gives to a function that is put there, as text like a key's. */
export function givenName(analysis: Analysis, fn: Node): string | undefined {
  const parent = analysis.parent(fn)!;
  let key: Node | undefined;
  if (parent.type === 'Property' && parent.value === fn && !parent.computed) key = parent.key;
  else if (parent.type === 'VariableDeclarator') key = parent.id;
  else if (/^Assignment(Expression|Pattern)$/.test(parent.type)) key = parent.left;
  const name = String(key?.name ?? key?.value ?? '__proto__');
  return name === '__proto__' ? undefined : JSON.stringify(name);
}

export function nameOf(analysis: Analysis, fn: Node): string {
  if (fn.id) return fn.id.name;
  const parent = analysis.parent(fn);
  const holder = parent?.type === 'CallExpression' ? analysis.parent(parent) : parent;
  if (holder?.type === 'VariableDeclarator' && holder.id.type === 'Identifier' && functionOf(holder.init) === fn)
    return holder.id.name;
  if (parent?.key && parent.value === fn && !parent.computed) return String(parent.key.name ?? parent.key.value);
  return '';
}
