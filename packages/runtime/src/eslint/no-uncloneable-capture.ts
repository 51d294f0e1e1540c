/**
 * What a function cannot take to another thread: `this`, `super`, `arguments` and private names of its surroundings, and
 * values that cannot be copied. `go` throws a CaptureError or DataCloneError for them; a method that is started by itself
 * runs, and finds `this` undefined.
 */
import type { Rule } from 'eslint';
import { Kinds } from './kinds.ts';
import { carriedWith, type Started, startedBy, startedFunction } from './started.ts';
import { eslintNode, foreignContext, freeReferences, isFunction, keyOf, type Node, nodesIn, unwrap } from './syntax.ts';
import { uncloneable } from './uncloneable.ts';

export const noUncloneableCapture: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'disallow captured values that cannot be copied to another thread', recommended: true },
    schema: [],
    messages: {
      context:
        "The {{subject}} uses '{{what}}' of its surroundings. It runs on another thread: read what it needs into a local variable or pass it as an argument, or use go.local.",
      captured:
        "The {{subject}} captures '{{name}}', {{what}}, which cannot be copied to another thread. Give it data only, make it inside of the function, or use go.local.",
      passed:
        'The {{subject}} is passed {{what}}, which cannot be copied to another thread. Give it data only, make it inside of the function, or use go.local.',
      method:
        "The method '{{name}}' uses 'this', which is undefined where it is started by itself. Read what it needs into local variables and start a function that uses those, or use go.local.",
      bound: 'A bound function cannot be taken to another thread: pass the function itself, and its arguments after it.',
    },
  },
  create(context) {
    const source = context.sourceCode;
    const kinds = new Kinds(source);
    if (!kinds.isConcerned) return {};
    const reported = new Set<unknown>();
    const report = (node: Node, messageId: string, data: Record<string, string>): void => {
      if (reported.has(node)) return;
      reported.add(node);
      context.report({ node: eslintNode(node), messageId, data });
    };

    const checkFunction = ({ subject }: Started, fn: Node): void => {
      for (const carried of carriedWith(source, fn)) {
        const foreign = foreignContext(source, carried);
        if (foreign) report(foreign.node, 'context', { subject, what: foreign.what });
        for (const reference of freeReferences(source, carried)) {
          const at = reference.identifier as unknown as Node;
          if (at.name === 'arguments' && reference.resolved!.defs.length === 0) {
            report(at, 'context', { subject, what: 'arguments' });
            continue;
          }
          const what = reference.isWrite() ? undefined : uncloneable(source, kinds, at);
          if (what !== undefined) report(at, 'captured', { subject, name: at.name, what });
        }
      }
    };

    return {
      CallExpression(node) {
        const started = startedBy(kinds, node as unknown as Node);
        if (!started) return;
        const { argument, parameters, subject } = started;
        for (const parameter of parameters) {
          const what = uncloneable(source, kinds, parameter);
          if (what !== undefined) report(parameter, 'passed', { subject, what });
        }
        const fn = startedFunction(source, started);
        if (fn) checkFunction(started, fn);
        else if (isBound(argument)) report(argument, 'bound', {});
        else if (usesThis(argument)) report(argument, 'method', { name: keyOf(argument) ?? '' });
      },
    };

    /** `this.method`, or a method of what is certainly an instance of a class in this file. */
    function usesThis(argument: Node): boolean {
      if (argument.type !== 'MemberExpression') return false;
      const method = kinds.methodOf(argument);
      if (!method || !isFunction(method) || method.type === 'ArrowFunctionExpression') return false;
      return [...nodesIn(source, method)].some((node) => node.type === 'ThisExpression' || node.type === 'Super');
    }
  },
};

function isBound(argument: Node): boolean {
  const callee = argument.type === 'CallExpression' ? unwrap(argument.callee) : undefined;
  return callee?.type === 'MemberExpression' && keyOf(callee) === 'bind';
}
