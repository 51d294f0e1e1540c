/**
 * Which initializers may be evaluated once more on another thread: those that give an equal value there, have no effect,
 * and hold no state of the program's own. They are carried as text, because their values often can't be copied
 * (functions of Node, namespaces, `TextEncoder`s). Everything else is captured by value.
 */
import { isBuiltin } from 'node:module';
import type { Variable } from 'eslint-scope';
import { type Analysis, contains, identifier, isClass, isFunction, type Node } from './analysis.ts';
import { commonjsNames, isKeepName, isOriginCall, viteExportsName, viteNames } from './origin.ts';
import { isOwnModule } from './resolve.ts';

const standardGlobals = new Set(
  (
    'Object Function Array String Number Boolean Symbol BigInt Math JSON Reflect Promise Date RegExp Map Set WeakMap WeakSet WeakRef Proxy Iterator ' +
    'Error TypeError RangeError SyntaxError AggregateError ArrayBuffer SharedArrayBuffer DataView Atomics Intl WebAssembly ' +
    'Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array ' +
    'Float32Array Float64Array BigInt64Array BigUint64Array ' +
    'parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent encodeURI decodeURI globalThis ' +
    'Buffer URL URLSearchParams TextEncoder TextDecoder AbortController AbortSignal Event EventTarget Blob console crypto performance process ' +
    'fetch Headers Request Response structuredClone queueMicrotask ' +
    'setTimeout clearTimeout setInterval clearInterval setImmediate clearImmediate'
  ).split(' '),
);
/** Classes whose instances hold nothing but their arguments. */
const valueClasses = new Set(['URL', 'TextEncoder', 'TextDecoder']);
/** Helpers that compilers put around `require`. */
const interopHelper = /^__(toESM|importDefault|importStar)\d*$/;

/** The declarator of a variable that is declared once, with an initializer, and never assigned again. */
export function constantDeclarator(variable: Variable): Node | undefined {
  const definition = variable.defs.length === 1 ? variable.defs[0]! : undefined;
  if (definition?.type !== 'Variable' || isReassigned(variable)) return undefined;
  const declarator = definition.node as unknown as Node;
  return declarator.init && isAlwaysReached(variable, definition.parent as unknown as Node) ? declarator : undefined;
}

/** A `var` in a branch or a loop is undefined where that was not run. A module in a `try` is one that need not be there. */
function isAlwaysReached({ scope, defs }: Variable, declaration: Node): boolean {
  if (declaration.kind !== 'var' || (defs[0]!.node as unknown as Node).init.callee?.name === 'require') return true;
  const { body } = scope.block as unknown as Node;
  return isAmong(Array.isArray(body) ? body : (body.body ?? []), declaration);
}

/** Vitest puts a module into a block of its own. */
function isAmong(statements: readonly Node[], declaration: Node): boolean {
  return statements.some(
    (each) =>
      each === declaration ||
      each.declaration === declaration ||
      (each.type === 'BlockStatement' && isAmong(each.body, declaration)),
  );
}

export function isReassigned(variable: Variable): boolean {
  return variable.references.some((reference) => reference.isWrite() && !reference.init);
}

/** Whether a function's variable is assigned by other code than the function's own. */
export function isReplaced(variable: Variable, fn: Node): boolean {
  return variable.references.some((reference) => reference.isWrite() && !reference.init && !contains(fn, identifier(reference)));
}

/**
 * What SWC and Babel make of an async function: one that at its first call puts the real one in its own place.
 * `function _f() { _f = _async_to_generator(…); return _f.apply(this, arguments); }`
 */
export function makesItself({ id, body }: Node): boolean {
  const [first, second, ...more] = (body.body ?? []) as Node[];
  const assignment = first?.type === 'ExpressionStatement' ? first.expression : undefined;
  const callee = second?.type === 'ReturnStatement' ? second.argument?.callee : undefined;
  return (
    more.length === 0 &&
    assignment?.type === 'AssignmentExpression' &&
    assignment.left.name === id?.name &&
    callee?.object?.name === id?.name &&
    callee?.property?.name === 'apply'
  );
}

/** Whether a declarator may be evaluated again: its initializer, and what stands in its pattern. */
export function isPureDeclarator(analysis: Analysis, { id, init }: Node): boolean {
  if (!isPure(analysis, init) || !isPurePattern(analysis, id)) return false;
  const names = namesIn(id, pathOf(analysis, init));
  return !(names.length > 0 && names.every(isOfThread)) && !(id.type === 'Identifier' && isChangedUrl(analysis, id, init));
}

/** What the names in a pattern stand for, as `pathOf` says it. */
function namesIn(pattern: Node | null, path: string | undefined): Array<string | undefined> {
  switch (pattern?.type) {
    case undefined:
      return [];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property: Node) => {
        if (property.type === 'RestElement') return namesIn(property.argument, within(path, '*'));
        const name = property.computed ? undefined : String(property.key.name ?? property.key.value);
        return namesIn(property.value, name === undefined ? undefined : within(path, name));
      });
    case 'ArrayPattern':
      return pattern.elements.flatMap((element: Node | null) => namesIn(element, within(path, '*')));
    case 'AssignmentPattern':
      return namesIn(pattern.left, path);
    case 'RestElement':
      return namesIn(pattern.argument, path);
    default:
      return [path];
  }
}

function within(path: string | undefined, name: string): string | undefined {
  if (path === undefined) return undefined;
  return path === 'globalThis' && standardGlobals.has(name) ? name : `${path}.${name}`;
}

/**
 * What an expression stands for, as names that begin at a global or a module of Node: `process.env.HOME`, also where `env` is an
 * import, or a constant for `process.env`. Undefined where it begins at nothing of these.
 */
function pathOf(analysis: Analysis, node: Node): string | undefined {
  if (node.type === 'MemberExpression') {
    const { object, property, computed } = node;
    return within(pathOf(analysis, object), computed ? String(property.value ?? '*') : property.name);
  }
  if (node.type === 'CallExpression' && isRequire(analysis, node.callee)) return moduleName(node.arguments[0]?.value);
  if (node.type !== 'Identifier') return undefined;
  const variable = analysis.resolve(node);
  if (!variable) return node.name;
  const definition = variable.defs[0];
  const imported = builtinImport(analysis, node);
  if (imported !== undefined) {
    const module = moduleName((definition!.parent as unknown as Node).source.value);
    return imported === 'default' || imported === '*' ? module : `${module}.${imported}`;
  }
  const declarator = constantDeclarator(variable);
  return declarator?.id.type === 'Identifier' ? pathOf(analysis, declarator.init) : undefined;
}

function moduleName(specifier: unknown): string {
  return String(specifier).replace(/^node:/, '');
}

/** What a thread has its own of: as a captured value it is that of where the goroutine was started. */
function isOfThread(path: string | undefined): boolean {
  return (
    path !== undefined &&
    /^(globalThis\.|process\.(env\.|(argv|argv0|execArgv|exitCode|title)\b)|(perf_hooks\.)?performance\.|worker_threads\.(isMainThread|threadId|workerData|resourceLimits)\b)/.test(
      path,
    )
  );
}

/** A `URL` that the program changes is no constant. */
function isChangedUrl(analysis: Analysis, id: Node, init: Node): boolean {
  if (init.type !== 'NewExpression' || init.callee.name !== 'URL') return false;
  const variable = analysis.declaredIn(analysis.parent(init)!).find(({ name }) => name === id.name);
  return variable?.references.some((reference) => isChanged(analysis, identifier(reference))) === true;
}

/** Whether a property of it is written, or one of its `searchParams`. */
function isChanged(analysis: Analysis, name: Node): boolean {
  const member = analysis.parent(name);
  if (member?.type !== 'MemberExpression' || member.object !== name) return false;
  const parent = analysis.parent(member)!;
  if (parent.type === 'MemberExpression' && parent.object === member)
    return member.property.name === 'searchParams' && /^(append|delete|set|sort)$/.test(parent.property.name);
  return (
    (parent.type === 'AssignmentExpression' && parent.left === member) ||
    (parent.type === 'UpdateExpression' && parent.argument === member)
  );
}

function isPurePattern(analysis: Analysis, pattern: Node | null): boolean {
  switch (pattern?.type) {
    case 'ObjectPattern':
      return pattern.properties.every(
        (property: Node) =>
          (!property.computed || isPure(analysis, property.key)) && isPurePattern(analysis, property.value ?? property.argument),
      );
    case 'ArrayPattern':
      return pattern.elements.every((element: Node | null) => isPurePattern(analysis, element));
    case 'AssignmentPattern':
      return isPure(analysis, pattern.right) && isPurePattern(analysis, pattern.left);
    case 'RestElement':
      return isPurePattern(analysis, pattern.argument);
    default:
      return true;
  }
}

/** The function or class that an initializer is, also inside esbuild's `__name(fn, "name")`. */
export function functionOf(initializer: Node): Node | undefined {
  if (isFunction(initializer) || isClass(initializer)) return initializer;
  const named =
    initializer.type === 'CallExpression' && initializer.callee.type === 'Identifier' && isKeepName(initializer.callee.name);
  return named && initializer.arguments.length === 2 ? functionOf(initializer.arguments[0]) : undefined;
}

export function isPure(analysis: Analysis, node: Node): boolean {
  switch (node.type) {
    case 'Literal':
      // One that keeps where it has come to is not evaluated again: each goroutine gets a copy of its own.
      return !/[gy]/.test(node.regex?.flags ?? '');
    case 'TemplateLiteral':
      return node.expressions.every((part: Node) => isPure(analysis, part));
    case 'UnaryExpression':
      return node.operator !== 'delete' && isPure(analysis, node.argument);
    case 'BinaryExpression':
      return isPure(analysis, node.left) && isPure(analysis, node.right);
    case 'MetaProperty':
      return node.meta.name === 'import';
    case 'Identifier':
    case 'MemberExpression':
      return isStatic(analysis, node);
    case 'CallExpression':
      return isPureCall(analysis, node);
    case 'NewExpression':
      return (
        isGlobal(analysis, node.callee, valueClasses) && node.arguments.every((argument: Node) => isPure(analysis, argument))
      );
    case 'LogicalExpression':
      return isCompilerHelper(node);
    default:
      return functionOf(node) !== undefined;
  }
}

function isPureCall(analysis: Analysis, node: Node): boolean {
  const { callee } = node;
  const [first] = node.arguments as Node[];
  if (functionOf(node) || isOriginCall(analysis.text(node))) return true;
  if (isRequire(analysis, callee)) return first?.type === 'Literal';
  if (callee.type === 'Identifier' && interopHelper.test(callee.name))
    return node.arguments.every((argument: Node) => isPure(analysis, argument));
  if (callee.type === 'MemberExpression' && analysis.text(callee) === 'Symbol.for')
    return isGlobal(analysis, callee.object, standardGlobals);
  const imported = callee.type === 'Identifier' ? builtinImport(analysis, callee) : undefined;
  return imported === 'createRequire' && node.arguments.every((argument: Node) => isPure(analysis, argument));
}

/** Whether a variable is a parameter through which Vite's module runner gives a module its own means. */
export function isViteName(analysis: Analysis, variable: Variable): boolean {
  const definition = variable.defs[0];
  if (analysis.dialect !== 'vite' || definition?.type !== 'Parameter') return false;
  return (definition.node as unknown as Node).params[0]?.name === viteExportsName && viteNames.has(variable.name);
}

function isRequire(analysis: Analysis, callee: Node): boolean {
  if (callee.type !== 'Identifier' || callee.name !== 'require') return false;
  const variable = analysis.resolve(callee);
  if (!variable) return analysis.dialect === 'commonjs';
  if (isViteName(analysis, variable)) return true;
  const declarator = constantDeclarator(variable);
  return declarator !== undefined && isPure(analysis, declarator.init);
}

/** A chain of properties that begins at a standard global, at a module of Node, or at another such constant. */
function isStatic(analysis: Analysis, node: Node): boolean {
  if (isOfThread(pathOf(analysis, node))) return false;
  if (node.type === 'MemberExpression') {
    if (node.computed && node.property.type !== 'Literal') return false;
    return (
      isStatic(analysis, node.object) ||
      (node.object.type === 'CallExpression' && isPureCall(analysis, node.object)) ||
      (node.object.type === 'MetaProperty' && node.object.meta.name === 'import')
    );
  }
  if (node.type !== 'Identifier') return false;
  const variable = analysis.resolve(node);
  if (!variable) {
    const constant = node.name === 'undefined' || node.name === 'NaN' || node.name === 'Infinity';
    return constant || standardGlobals.has(node.name) || (analysis.dialect === 'commonjs' && commonjsNames.has(node.name));
  }
  if (builtinImport(analysis, node) !== undefined || isOwnImport(analysis, variable)) return true;
  const declarator = constantDeclarator(variable);
  return declarator !== undefined && !functionOf(declarator.init) && isPure(analysis, declarator.init);
}

/** Whether it is one of these names, and not hidden by a variable. */
export function isGlobal(analysis: Analysis, node: Node, names: ReadonlySet<string>): boolean {
  return node.type === 'Identifier' && names.has(node.name) && !analysis.resolve(node);
}

/** Whether a variable is an import of this package. */
function isOwnImport(analysis: Analysis, variable: Variable): boolean {
  const definition = variable.defs[0];
  const source: unknown =
    definition?.type === 'ImportBinding'
      ? (definition.parent as unknown as Node).source.value
      : awaitedImport(analysis, variable)?.source.value;
  return typeof source === 'string' && isOwnModule(source);
}

/** The `import('…')` of `const { name } = await import('…')`, also in the form that tsx gives it. */
export function awaitedImport(analysis: Analysis, variable: Variable): Node | undefined {
  const init: Node | undefined = constantDeclarator(variable)?.init;
  let awaited: Node | undefined = init?.type === 'AwaitExpression' ? init.argument : undefined;
  if (awaited?.type === 'CallExpression' && analysis.text(awaited).includes('"__esModule"in')) awaited = awaited.callee.object;
  return awaited?.type === 'ImportExpression' && !awaited.options ? awaited : undefined;
}

/** The exported name ('default', '*') an identifier imports from a module of Node. */
function builtinImport(analysis: Analysis, node: Node): string | undefined {
  const definition = analysis.resolve(node)?.defs[0];
  if (definition?.type !== 'ImportBinding') return undefined;
  const declaration = definition.parent as unknown as Node;
  if (!isBuiltin(declaration.source.value)) return undefined;
  const specifier = definition.node as unknown as Node;
  if (specifier.type !== 'ImportSpecifier') return specifier.type === 'ImportDefaultSpecifier' ? 'default' : '*';
  return specifier.imported.name ?? specifier.imported.value;
}

/** TypeScript's `var __importStar = (this && this.__importStar) || …`. */
export function isCompilerHelper(node: Node): boolean {
  const { left } = node;
  return (
    node.operator === '||' &&
    left.type === 'LogicalExpression' &&
    left.operator === '&&' &&
    left.left.type === 'ThisExpression' &&
    left.right.type === 'MemberExpression' &&
    left.right.object.type === 'ThisExpression' &&
    String(left.right.property.name).startsWith('__')
  );
}
