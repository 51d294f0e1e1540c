/**
 * A forgotten `yield*`: an operation does nothing until it is driven, so that `ch.send(v);` sends nothing. The rule looks at
 * every expression that is certainly an operation, and at where its value goes: nowhere, into a `yield` without a star, into
 * a place that takes it for its outcome (`ch.recv() + 1`), or into a variable that is only used so. What is passed on, returned
 * or stored may be driven elsewhere, and is left alone.
 */
import type { Rule, Scope } from 'eslint';
import { Kinds } from './kinds.ts';
import { startedBy } from './started.ts';
import { eslintNode, functionAround, isFunction, isGenerator, isWrapper, keyOf, type Node, unwrap } from './syntax.ts';

type Use = 'dropped' | 'yielded' | 'value' | 'none';

export const driveOperations: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'require operations to be driven by yield*, await or select', recommended: true },
    fixable: 'code',
    hasSuggestions: true,
    schema: [],
    messages: {
      dropped: "'{{text}}' does nothing until it is driven: {{remedy}}.",
      value: "'{{text}}' is used as if it were its own outcome, which it has only when it is driven: {{remedy}}.",
      unused: "The operation in '{{name}}' is never driven, so that it does nothing: {{remedy}}.",
      yielded: "'yield' without a star does not drive '{{text}}': write yield*.",
      drive: "Drive it with '{{driver}}'.",
    },
  },
  create(context) {
    const source = context.sourceCode;
    const kinds = new Kinds(source);
    if (!kinds.isConcerned) return {};

    const report = (at: Node, operation: Node, messageId: string, name = ''): void => {
      const driver = driverAt(operation, isModule(source.ast));
      const usable = driver === 'await' && kinds.kindOf(operation) === 'Generator' ? undefined : driver;
      const remedy =
        usable === undefined
          ? 'write yield* in a generator function, or await in an async one'
          : `write ${usable} ${messageId === 'unused' ? 'before it' : ''}`.trim();
      context.report({
        node: eslintNode(at),
        messageId,
        data: { text: shortened(source.getText(eslintNode(operation))), remedy, name },
        suggest:
          usable === undefined
            ? []
            : [{ messageId: 'drive', data: { driver: usable }, fix: (fixer) => driven(fixer, operation, usable) }],
      });
    };

    const check = (operation: Node): void => {
      const kind = kinds.kindOf(operation);
      if (kind !== 'Op' && kind !== 'Generator' && kind !== 'Goroutine') return;
      const { use, holder } = useOf(kinds, operation);
      if (use === 'yielded' && kind !== 'Generator') {
        const text = shortened(source.getText(eslintNode(operation)));
        const star = (fixer: Rule.RuleFixer) =>
          fixer.insertTextAfterRange([holder.range[0], holder.range[0] + 'yield'.length], '*');
        context.report({ node: eslintNode(holder), messageId: 'yielded', data: { text }, fix: star });
      } else if (kind === 'Goroutine') {
        // Started, and needs nobody who joins it.
      } else if (use === 'dropped') {
        report(operation, operation, 'dropped');
      } else if (kind === 'Op' && use === 'value') {
        report(operation, operation, 'value');
      } else if (kind === 'Op' && use === 'none' && holder.type === 'VariableDeclarator') {
        checkVariable(holder, operation);
      }
    };

    /** `const v = ch.recv()`: wrong if `v` is never used, or only as if it were what was received. */
    const checkVariable = (declarator: Node, operation: Node): void => {
      if (declarator.id.type !== 'Identifier') {
        report(operation, operation, 'value');
        return;
      }
      const exported = declarator.parent.parent.type === 'ExportNamedDeclaration';
      const [variable] = source.getDeclaredVariables(eslintNode(declarator)) as [Scope.Variable];
      const others = variable.references.filter((reference) => !reference.init);
      if (exported || others.some((reference) => reference.isWrite())) return;
      const uses = others.map((reference) => useOf(kinds, reference.identifier as unknown as Node).use);
      if (uses.every((use) => use === 'dropped' || use === 'value'))
        report(declarator.id, operation, 'unused', declarator.id.name);
    };

    return {
      CallExpression: (node) => check(node as unknown as Node),
      // An operation that has a name may be driven later; all but a yield of it is seen where it is declared.
      YieldExpression(node) {
        const at = node as unknown as Node;
        if (!at.delegate && at.argument?.type === 'Identifier') check(at.argument);
      },
    };
  },
};

/** Where the value of an expression goes, and the node that takes it. */
function useOf(kinds: Kinds, expression: Node): { use: Use; holder: Node } {
  let node = expression;
  let parent = node.parent;
  while (isTransparent(parent, node)) {
    node = parent;
    parent = node.parent;
  }
  return { use: useIn(kinds, parent, node), holder: parent };
}

/** What only hands on the value of a part of it. */
function isTransparent(parent: Node, node: Node): boolean {
  if (isWrapper(parent)) return true;
  if (parent.type === 'LogicalExpression') return parent.right === node;
  if (parent.type === 'ConditionalExpression') return parent.test !== node;
  return parent.type === 'SequenceExpression' && parent.expressions.at(-1) === node;
}

function useIn(kinds: Kinds, parent: Node, node: Node): Use {
  switch (parent.type) {
    case 'ExpressionStatement':
    case 'SequenceExpression':
      return 'dropped';
    case 'YieldExpression':
      // An async generator awaits what it yields.
      return parent.delegate || functionAround(parent)?.async ? 'none' : 'yielded';
    case 'UnaryExpression':
      if (parent.operator === 'typeof') return 'none';
      return parent.operator === 'void' ? 'dropped' : 'value';
    case 'BinaryExpression':
      return parent.operator === 'instanceof' || parent.operator === 'in' ? 'none' : 'value';
    case 'LogicalExpression':
    case 'ConditionalExpression':
    case 'IfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'TemplateLiteral':
    case 'SwitchStatement':
    case 'SwitchCase':
    case 'SpreadElement':
    case 'ThrowStatement':
      return 'value';
    case 'ForStatement':
      return parent.test === node ? 'value' : 'dropped';
    case 'ForOfStatement':
    case 'ForInStatement':
      return parent.right === node ? 'value' : 'none';
    case 'AssignmentExpression':
      return parent.right === node && (parent.operator !== '=' || /Pattern$/.test(parent.left.type)) ? 'value' : 'none';
    case 'MemberExpression':
      return parent.object === node && !isPromiseMethod(parent) ? 'value' : 'none';
    case 'ReturnStatement':
      return isGoroutine(kinds, functionAround(parent)) ? 'value' : 'none';
    case 'ArrowFunctionExpression':
      return parent.body === node && isIgnored(kinds, parent) ? 'dropped' : 'none';
    default:
      return 'none';
  }
}

/** An operation is awaited like a promise, and a goroutine or an operation may be driven through these by hand. */
const isPromiseMethod = (member: Node): boolean => member.computed || keyOf(member) === 'then';

/** A generator whose result is the goroutine's. What a plain function returns is driven. */
function isGoroutine(kinds: Kinds, fn: Node | undefined): boolean {
  const isStarted = fn?.parent.type === 'CallExpression' && startedBy(kinds, fn.parent)?.argument === fn;
  return isStarted && isGenerator(fn);
}

/** What an array's `forEach` gets from its callback is thrown away; a channel's drives it. */
function isIgnored(kinds: Kinds, callback: Node): boolean {
  const { parent } = callback;
  const callee = parent.type === 'CallExpression' && parent.arguments[0] === callback ? unwrap(parent.callee) : undefined;
  return callee?.type === 'MemberExpression' && keyOf(callee) === 'forEach' && kinds.isArray(callee.object);
}

function isModule(program: { sourceType: string }): boolean {
  return program.sourceType === 'module';
}

/** What drives an operation where a node stands; undefined in a plain function. */
function driverAt(node: Node, inModule: boolean): 'yield*' | 'await' | undefined {
  const fn = functionAround(node);
  for (let at = node.parent; at && at !== fn; at = at.parent) {
    if (at.type === 'PropertyDefinition' || at.type === 'StaticBlock') return undefined;
  }
  if (!fn) return inModule ? 'await' : undefined;
  if (isFunction(fn) && isInParameters(node, fn)) return undefined;
  if (fn.async) return 'await';
  return isGenerator(fn) ? 'yield*' : undefined;
}

const isInParameters = (node: Node, fn: Node): boolean => node.range[0] < fn.body.range[0];

/** `yield*` binds loosely: it needs parentheses, but where it is all there is. */
function driven(fixer: Rule.RuleFixer, operation: Node, driver: string): Rule.Fix[] {
  let outer = operation;
  while (outer.parent.type === 'ChainExpression') outer = outer.parent;
  const { parent } = outer;
  const alone =
    outer.range[1] === operation.range[1] &&
    (parent.type === 'ExpressionStatement' ||
      parent.type === 'IfStatement' ||
      parent.type === 'WhileStatement' ||
      parent.type === 'TemplateLiteral' ||
      parent.type === 'ReturnStatement' ||
      (parent.type === 'VariableDeclarator' && parent.init === outer) ||
      (parent.type === 'AssignmentExpression' && parent.right === outer));
  const binary = driver === 'await' && /^(Binary|Unary|Logical)Expression$/.test(parent.type);
  const before = fixer.insertTextBeforeRange(operation.range, alone || binary ? `${driver} ` : `(${driver} `);
  return alone || binary ? [before] : [before, fixer.insertTextAfterRange(operation.range, ')')];
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= 60 ? line : `${line.slice(0, 59)}…`;
}
