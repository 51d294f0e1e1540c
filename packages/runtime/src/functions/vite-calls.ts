/**
 * What Vite makes of `imported()` is `(0,__vite_ssr_import_1__.imported)()`. V8 places a call by its name, where it has one, and else
 * by its parenthesis, which here stands far behind the place that the user wrote it at. So extracted code has a name for it again.
 */
import { type Analysis, freeName, type Node } from './analysis.ts';
import type { Plan } from './plan.ts';
import type { Edit } from './preempt.ts';

/** Writes names in the place of such callees that no other edit takes away, and adds their imports to the plan. */
export function viteCallEdits(analysis: Analysis, plan: Plan, others: readonly Edit[]): Edit[] {
  if (analysis.dialect !== 'vite') return [];
  const prefix = freeName(analysis.script.text, '$i');
  const modules = new Map(plan.imports.filter(({ imported }) => imported === '*').map((each) => [each.local, each]));
  const names = new Map<string, string>();
  const edits: Edit[] = [];
  const visit = (node: Node): void => {
    analysis.children(node).forEach(visit);
    const [first, member] = node.type === 'CallExpression' ? (node.callee.expressions ?? []) : [];
    if (first?.value !== 0 || member?.type !== 'MemberExpression' || member.computed) return;
    const module = modules.get(member.object.name);
    if (!module || !isOfModule(analysis, member.object)) return;
    const [start, end] = [node.callee.start - 1, node.callee.end + 1];
    if (others.some(({ at, length }) => at < end && start < at + length)) return;
    const key = `${module.local}.${member.property.name}`;
    let local = names.get(key);
    if (local === undefined) {
      names.set(key, (local = `${prefix}${names.size}`));
      plan.imports.push({ ...module, local, imported: member.property.name });
    }
    edits.push({ at: start, length: end - start, text: local, closes: false });
  };
  for (const { node } of plan.pieces) visit(node);
  return edits;
}

function isOfModule(analysis: Analysis, name: Node): boolean {
  const scopes = analysis.scopesAround(name).filter((scope) => scope.set.has(name.name));
  return scopes.length === 1;
}
