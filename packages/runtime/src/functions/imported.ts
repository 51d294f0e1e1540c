/**
 * A function that is imported and started in one module: where it takes nothing of its own module but what can be carried,
 * its definition is made of that module's text, which is read for it. Else it has to be marked in its own module.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CaptureError } from '../errors.ts';
import { Analysis, isFunction, type Node } from './analysis.ts';
import { looksLikeModule } from './module-kind.ts';
import { functionOf } from './purity.ts';
import { isOwnModule, resolveImport } from './resolve.ts';
import { functionNamed } from './starts.ts';
import { isTyped, strip } from './strip.ts';

export interface Imported {
  analysis: Analysis;
  fn: Node;
}

/** The function behind an imported name, if the module that it is imported from declares it. */
export function importedFunction(analysis: Analysis, node: Node): Imported | undefined {
  const definition = node.type === 'Identifier' ? analysis.resolve(node)?.defs[0] : undefined;
  if (definition?.type !== 'ImportBinding') return undefined;
  const specifier = definition.node as unknown as Node;
  const source: string = (definition.parent as unknown as Node).source.value;
  const name: string | undefined =
    specifier.type === 'ImportDefaultSpecifier' ? 'default' : (specifier.imported?.name ?? specifier.imported?.value);
  if (name === undefined || isOwnModule(source)) return undefined;
  try {
    const url = analysis.script.aliases?.get(source) ?? resolveImport(source, analysis.script.url);
    const other = url.startsWith('file:') ? analysisOf(url) : undefined;
    const fn = other && exportedFunction(other, name);
    return fn && { analysis: other!, fn };
  } catch {
    // It is found out when the program runs, or not at all.
    return undefined;
  }
}

function analysisOf(url: string): Analysis | undefined {
  const source = readFileSync(fileURLToPath(url.replace(/[?#].*$/, '')), 'utf8');
  if (!looksLikeModule(source)) return undefined;
  try {
    const text = isTyped(url) ? strip(source, url, true) : source;
    const sourceMapURL = /\/\/# sourceMappingURL=(data:application\/json[^\s]+)\s*$/.exec(text)?.[1] ?? '';
    return new Analysis({ url, text, isModule: true, startLine: 0, startColumn: 0, sourceMapURL });
  } catch (error) {
    if (error instanceof CaptureError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function exportedFunction(analysis: Analysis, name: string): Node | undefined {
  for (const statement of analysis.root.body as Node[]) {
    const { declaration } = statement;
    if (statement.type === 'ExportDefaultDeclaration' && name === 'default') {
      const fn = functionOf(declaration) ?? functionNamed(analysis.resolve(declaration));
      return fn && isFunction(fn) ? fn : undefined;
    }
    if (statement.type !== 'ExportNamedDeclaration' || statement.source) continue;
    if (declaration) {
      const declared = declaration.type === 'VariableDeclaration' ? declaration.declarations : [declaration];
      for (const node of declared as Node[]) {
        const variable = analysis.declaredIn(node).find((each) => each.name === name);
        const fn = functionNamed(variable);
        if (variable) return fn && isFunction(fn) ? fn : undefined;
      }
    }
    const listed: Node | undefined = statement.specifiers.find(
      (each: Node) => (each.exported.name ?? each.exported.value) === name,
    );
    if (listed) {
      const fn = functionNamed(analysis.resolve(listed.local));
      return fn && isFunction(fn) ? fn : undefined;
    }
  }
  return undefined;
}
