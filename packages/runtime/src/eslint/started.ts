/** Functions that are taken to another thread, and the code that goes along with them. */
import type { Scope, SourceCode } from 'eslint';
import type { Kinds } from './kinds.ts';
import { starters, startingKinds } from './surface.ts';
import { definitionOf, freeReferences, functionOf, isFunction, isWithin, keyOf, type Node, unwrap } from './syntax.ts';

export interface Started {
  /** The argument that gives the function. */
  argument: Node;
  /** The arguments that are handed on to it. */
  parameters: Node[];
  /** How errors name it. */
  subject: 'goroutine' | 'blocking function';
}

/** What a call takes to another thread, if it does. */
export function startedBy(kinds: Kinds, call: Node): Started | undefined {
  const name = kinds.exported(call.callee);
  const position = name === undefined ? methodPosition(kinds, unwrap(call.callee)) : starterPosition(name);
  if (position === undefined || call.arguments.length <= position) return undefined;
  const before: Node[] = call.arguments.slice(0, position + 1);
  if (before.some((argument) => argument.type === 'SpreadElement')) return undefined;
  return {
    argument: unwrap(before[position]!),
    parameters: call.arguments.slice(position + 1),
    subject: name === 'blocking' ? 'blocking function' : 'goroutine',
  };
}

const starterPosition = (name: string): number | undefined => (Object.hasOwn(starters, name) ? starters[name] : undefined);

function methodPosition(kinds: Kinds, callee: Node): number | undefined {
  if (callee.type !== 'MemberExpression' || keyOf(callee) !== 'go') return undefined;
  const kind = kinds.kindOf(callee.object);
  return kind !== undefined && startingKinds.has(kind) ? 0 : undefined;
}

/** A function, and every function and class that it uses, from wherever in the file: their text goes along. */
export function carriedWith(source: SourceCode, fn: Node): Set<Node> {
  const carried = new Set([fn]);
  // It grows while it is walked.
  for (const node of carried) {
    for (const { identifier, resolved } of freeReferences(source, node)) {
      const used = functionOf(source, identifier as unknown as Node) ?? classOf(resolved);
      if (used && ![...carried].some((other) => isWithin(used, other))) carried.add(used);
    }
  }
  return carried;
}

function classOf(variable: Scope.Variable | null): Node | undefined {
  const definition = definitionOf(variable ?? undefined);
  return definition?.type === 'ClassName' ? (definition.node as unknown as Node) : undefined;
}

/** The function that is started, where the text says which it is. */
export function startedFunction(source: SourceCode, { argument }: Started): Node | undefined {
  return isFunction(argument) ? argument : functionOf(source, argument);
}
