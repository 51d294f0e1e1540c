/**
 * An assignment to a variable from outside of a function that runs on another thread: `go` throws a CaptureError for it.
 * Here it is seen while it is typed, in the function itself and in functions of the file that it uses.
 */
import type { Rule } from 'eslint';
import { Kinds } from './kinds.ts';
import { carriedWith, startedBy, startedFunction } from './started.ts';
import { eslintNode, freeReferences, type Node } from './syntax.ts';

export const noCapturedAssignment: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'disallow assignments to captured variables in functions that run as goroutines', recommended: true },
    schema: [],
    messages: {
      assigned:
        "The {{subject}} assigns to the captured variable '{{name}}'. A goroutine works on copies: return the value, send it on a channel, or use an AtomicInt.",
    },
  },
  create(context) {
    const source = context.sourceCode;
    const kinds = new Kinds(source);
    if (!kinds.isConcerned) return {};
    const reported = new Set<unknown>();
    return {
      CallExpression(node) {
        const started = startedBy(kinds, node as unknown as Node);
        const fn = started && startedFunction(source, started);
        if (!fn) return;
        for (const carried of carriedWith(source, fn)) {
          for (const reference of freeReferences(source, carried)) {
            const { identifier, resolved } = reference;
            if (!reference.isWrite() || resolved!.defs.length === 0 || reported.has(identifier)) continue;
            reported.add(identifier);
            const at = identifier as unknown as Node;
            context.report({ node: eslintNode(at), messageId: 'assigned', data: { subject: started.subject, name: at.name } });
          }
        }
      },
    };
  },
};
