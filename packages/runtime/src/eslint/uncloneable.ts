/** Which values cannot be copied to another thread, as far as the text says what they are. */
import type { SourceCode } from 'eslint';
import type { Kinds } from './kinds.ts';
import { functionOf, isGenerator, keyOf, type Node, unwrap, variableOf } from './syntax.ts';

const classes = new Set(
  'WeakMap WeakSet WeakRef FinalizationRegistry Promise AbortController AbortSignal Generator AsyncGenerator'.split(' '),
);
const makesPromise = new Set(['fetch']);

/** What an expression's value is, in words such as 'a WeakMap', if it certainly cannot be copied. */
export function uncloneable(source: SourceCode, kinds: Kinds, expression: Node): string | undefined {
  return kinds.guarded(expression, () => whatItIs(source, kinds, unwrap(expression)));
}

function whatItIs(source: SourceCode, kinds: Kinds, node: Node): string | undefined {
  switch (node.type) {
    case 'NewExpression':
      return className(source, node.callee);
    case 'ImportExpression':
      return 'a Promise';
    case 'CallExpression':
      return byCall(source, kinds, node);
    case 'Identifier':
    case 'MemberExpression': {
      const type = kinds.typeOf(node);
      if (type) return byType(source, type);
      const value = kinds.valueOf(node);
      return value && uncloneable(source, kinds, value);
    }
    default:
      return undefined;
  }
}

function byCall(source: SourceCode, kinds: Kinds, call: Node): string | undefined {
  const callee = unwrap(call.callee);
  if (kinds.kindOf(call) === 'Op') return 'an operation';
  const fn = functionOf(source, callee);
  if (fn?.async) return fn.generator ? 'an AsyncGenerator' : 'a Promise';
  if (fn && isGenerator(fn)) return 'a Generator';
  if (callee.type === 'Identifier') {
    if (callee.name === 'Symbol' && isGlobal(source, callee)) return 'a symbol';
    return makesPromise.has(callee.name) && isGlobal(source, callee) ? 'a Promise' : undefined;
  }
  if (callee.type !== 'MemberExpression' || keyOf(callee) === 'withResolvers') return undefined;
  const owner = className(source, callee.object);
  return owner === 'a Promise' || owner === 'an AbortSignal' ? owner : undefined;
}

function byType(source: SourceCode, type: Node): string | undefined {
  if (type.type === 'TSSymbolKeyword') return 'a symbol';
  if (type.type === 'TSTypeOperator') return byType(source, type.typeAnnotation);
  return type.type === 'TSTypeReference' ? className(source, type.typeName) : undefined;
}

function className(source: SourceCode, node: Node): string | undefined {
  if (node.type !== 'Identifier' || !classes.has(node.name) || !isGlobal(source, node)) return undefined;
  return `${/^A/.test(node.name) ? 'an' : 'a'} ${node.name}`;
}

const isGlobal = (source: SourceCode, node: Node): boolean => variableOf(source, node) === undefined;
