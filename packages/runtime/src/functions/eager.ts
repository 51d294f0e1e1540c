/**
 * Which captured variables may be read in the place of the function, and need not wait until `go` asks for them. Reading them
 * there saves a closure for each call, and, where nothing else captures them, V8 a context for each turn of a loop.
 *
 * It means the same where two things are certain: that they are initialised by then, and that nothing assigns to them
 * between that place and the call. A variable is initialised where its declaration ends before that place, in a block around
 * it: no statement of a block runs before those above it, and no function expression exists before its place is reached. A function
 * declaration exists from the beginning of its block, and may have been called early; a `case` may be jumped to.
 */
import type { Variable } from 'eslint-scope';
import type { Analysis, Node } from './analysis.ts';

const harmless = new Set(['Identifier', 'Literal', 'ThisExpression', 'FunctionExpression', 'ArrowFunctionExpression']);

/** Whether all these variables may be read in the place of an argument. */
export function mayBeReadAt(analysis: Analysis, argument: Node, variables: readonly (Variable | undefined)[]): boolean {
  const call = analysis.parent(argument)!;
  const { arguments: all } = call as unknown as { arguments: Node[] };
  if (!all.slice(all.indexOf(argument) + 1).every(({ type }) => harmless.has(type))) return false;
  return variables.every((variable) => variable !== undefined && isInitialised(analysis, argument, variable));
}

function isInitialised(analysis: Analysis, place: Node, variable: Variable): boolean {
  const { scope, defs } = variable;
  if (scope.type === 'switch' || defs.length !== 1) return false;
  const { type, node, name } = defs[0] as unknown as { type: string; node: Node; name: Node };
  const declared = type === 'Parameter' || type === 'CatchClause' ? name : node;
  if (!['Parameter', 'CatchClause', 'Variable'].includes(type) || declared.end > place.start) return false;
  if (type === 'Parameter' && !(node.body.start <= place.start)) return false; // Within the parameters.
  const block = scope.block as unknown as Node;
  for (let at = analysis.parent(place); at && at !== block; at = analysis.parent(at)) {
    if (at.type === 'FunctionDeclaration') return false;
  }
  return true;
}
