/** What goes along with a function, and how the extracted module is written, from texts alone. */
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../src/functions/analysis.ts';
import { extract } from '../../src/functions/extract.ts';
import { type Plan, planOf } from '../../src/functions/plan.ts';

interface Extraction extends Pick<Plan, 'captures' | 'imports'> {
  source: string;
  lines: string[];
}

/** Extracts the function whose parameters follow the mark `@`. */
function extraction(marked: string, isModule = true): Extraction {
  const offset = marked.indexOf('@');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const analysis = new Analysis({ url: 'file:///app/main.js', text, isModule, startLine: 0, startColumn: 0, sourceMapURL: '' });
  const plan = planOf(analysis, analysis.functionAt(offset)!, 'goroutine');
  const source = extract(analysis, plan);
  return { source, lines: source.split('\n'), captures: plan.captures, imports: plan.imports };
}

const names = (list: { name: string }[]): string[] => list.map(({ name }) => name);

describe('a name is', () => {
  it('captured when its value is data', () => {
    const { captures } = extraction('const a = [1]; let b = f(); b = 2; function f() {}\ngo(function* @() { return [a, b]; })');
    expect(captures.map(({ name, rebinds }) => [name, rebinds])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });
  it.each([
    ['a function', 'function x() {}'],
    ['a class', 'class x {}'],
    ['a function in a constant', 'const x = async () => 1;'],
    ['a literal', 'const x = -1n;'],
    ['a template without values of the program', 'const x = `a${1}`;'],
    ['a member of a global', 'const { x } = Math;'],
    ['a registered symbol', 'const x = Symbol.for("x");'],
    ['a member of a module of Node', 'import * as fs from "fs"; const { x } = fs.promises;'],
    ['an encoder', 'const x = new TextEncoder();'],
    ['a named function of esbuild', 'const __name = (f, n) => f; const x = __name(() => 1, "x");'],
  ])('carried when it is %s', (_, declaration) => {
    expect(extraction(`${declaration}\ngo(@() => x)`).captures).toEqual([]);
  });
  it.each([
    ['the result of a call', 'const x = f();'],
    ['an object', 'const x = {};'],
    ['a part of the environment', 'const x = process.env.HOME;'],
    ['assigned later', 'function x() {} x = 1;'],
    ['a member of a module of the program', 'import * as own from "./own.js"; const { x } = own;'],
    ['made from a hidden global', 'function f(Math) { const { x } = Math; go(@() => x); }'],
  ])('captured when it is %s', (_, declaration) => {
    const text = declaration.includes('@') ? declaration : `${declaration}\ngo(@() => x)`;
    expect(names(extraction(text).captures)).toEqual(['x']);
  });
  it('an import with an absolute URL, only when needed', () => {
    const { imports, source } = extraction(
      'import a, { b as c, d } from "./x.js?v=1"; import * as e from "node:os";\ngo(@() => [a, c, e])',
    );
    expect(imports.map(({ local, imported, url }) => [local, imported, url])).toEqual([
      ['a', 'default', 'file:///app/x.js?v=1'],
      ['c', 'b', 'file:///app/x.js?v=1'],
      ['e', '*', 'node:os'],
    ]);
    expect(source).not.toContain('{d}');
  });
  it.each([
    ['of a prototype', 'f.prototype.a = function () {};', true],
    ['of a constant', 'const g = () => f; f.a = g;', false],
    ['under a symbol', 'f[Symbol.iterator] = function* () {};', true],
    ['that is named', 'f.x = 1;', true],
    ['that is named by a text', "f['x'] = 1;", true],
    ['that is not named', 'f.y = 1;', false],
    ['that is a state of the program', 'f.x = new Map();', false],
    ['of which it is the key', 'Math[f.x] = 1;', false],
    ['in a branch', 'if (f) { f.x = 1; }', false],
    ['of a function in it', 'function h() { f.x = 1; }', false],
    ['by an operator', 'f.x ||= 1;', false],
  ])('of a function with what is attached to it: %s', (_, statement, goesAlong) => {
    const { source } = extraction(`function f() {}\n${statement}\ngo(@() => f.x)`);
    expect(source.includes(statement.slice(0, -1))).toBe(goesAlong);
  });
  it('its own: parameters, locals, catch clauses, labels, properties', () => {
    const { captures } = extraction(
      'const a = f(), b = f(), c = f();\ngo(@(a, { b }) => { try {} catch (c) { c; } return o.a + { b: 1 }.b; var o; })',
    );
    expect(captures).toEqual([]);
  });
  it('found in the right scope when several have it', () => {
    const { captures } = extraction('const x = f(); const outer = () => x; { const x = f(); () => x; go(@() => [x, outer()]); }');
    expect(captures.map(({ name, index, count }) => [name, index, count]).sort()).toEqual([
      ['x', 0, 2],
      ['x', 1, 2],
    ]);
  });
});

describe('the extracted module', () => {
  it('keeps lines and columns', () => {
    const text = 'import "./effect.js";\n\nconst help = () => 1;\n\n  go(function* @() {\n    help();\n  });';
    const { lines } = extraction(text);
    expect(lines[2]).toMatch(/^ {6}help = \(\) => 1;/);
    expect(lines[4]!.indexOf('function*')).toBe(text.split('\n')[4]!.indexOf('function*') - 0);
    expect(lines[5]).toBe('    help();');
  });
  it('keeps the lines of every kind of line end', () => {
    const { source } = extraction('a;\r\nb;\u2028c;\rgo(@() => {\r\n  1; })');
    expect(source.split(/\r\n|[\n\r\u2028]/)[4]).toMatch(/^ {2}1; }/);
  });
  it('does not use a name of the text', () => {
    expect(extraction('const $c = f(), $f = 1;\ngo(@() => [$c, $f])').source).toMatch(/^export default\(\$c1,\$f1\)=>/);
  });
  it('does not name an anonymous function', () => {
    expect(extraction('go(@() => 1)').source).toContain('=(0,');
  });
  it('replaces import.meta and import() by names as long', () => {
    const { lines } = extraction('go(@() => [import.meta.url, import("./x.js")])');
    expect(lines[0]).toContain('[$importMeta.url, $impor("./x.js")]');
    const names = 'const{$importMeta,$impor}=globalThis[Symbol.for("goroutines.origin")]("file:///app/main.js");';
    expect(lines.at(-2)).toContain(names);
  });
  it('is the same for the same text, and another for another', () => {
    const text = 'const a = f();\ngo(@() => a)';
    expect(extraction(text).source).toBe(extraction(text).source);
    expect(extraction(text).source).not.toBe(extraction(`\n${text}`).source);
  });
  it('can be extracted again', () => {
    const first = extraction(
      'import { a } from "./a.js"; const b = f(); const c = () => b;\ngo(@() => () => [a, b, c(), import.meta.url])',
    ).source;
    const inner = first.indexOf('() => [a');
    const second = extraction(`${first.slice(0, inner)}@${first.slice(inner)}`);
    expect(names(second.captures)).toEqual(['b']);
    expect(second.imports).toMatchObject([{ local: 'a', url: 'file:///app/a.js' }]);
    expect(second.source).toContain('$importMeta}=globalThis');
  });
});

describe('CommonJS', () => {
  it('provides require and the file names, and captures exports', () => {
    const { captures, source } = extraction(
      'const { x } = require("./x"); const y = require("y").z;\ngo(@() => [x, y, __dirname, exports.a])',
      false,
    );
    expect(names(captures)).toEqual(['exports']);
    expect(source).toContain('const{__dirname,require}=globalThis');
  });
});
