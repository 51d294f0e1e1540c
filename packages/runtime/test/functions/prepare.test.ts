/** What capture ahead of time writes into a text, and what it leaves as it is. */
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { applied, prepare } from '../../src/functions/prepare.ts';
import { mayStart } from '../../src/functions/starts.ts';

const url = pathToFileURL('/somewhere/app.mjs').href;
const own = JSON.stringify(new URL('../../src/index.js', import.meta.url).href);

function prepared(body: string, values = false): { text: string; refusals: string[] } {
  const text = `import { go, blocking } from ${own}; import * as g from ${own};\n${body}\n`;
  const { changes, refusals } = prepare(
    { url, text, isModule: true, startLine: 0, startColumn: 0, sourceMapURL: '' },
    { values },
  );
  return { text: applied(text, changes), refusals };
}

/** The body's lines as they have become. */
function body(source: string, values = false): string {
  const lines = prepared(source, values).text.split('\n').slice(1);
  const end = lines.findIndex((line) => line.startsWith('function $s('));
  return (end < 0 ? lines : lines.slice(0, end)).join('\n').trimEnd();
}

describe('prepared text', () => {
  it('does not double with every level of functions that make functions', () => {
    const size = (levels: number): number => prepared(`go(() => { return ${'() => '.repeat(levels)}1; });`, true).text.length;
    expect(size(9) - size(8)).toBeLessThan(2 * (size(3) - size(2)));
  });

  it('of a goroutine that is refused is not changed besides', () => {
    const source = 'let f = () => 1;\ngo(() => { f = () => 2; });\ngo(() => { function g() {} f = g; });\ngo(() => f());';
    expect(prepared(source).refusals).toHaveLength(2);
    const lines = body(source).split('\n');
    expect(lines[0]).toMatch(/^let f = \$m\(\{"f":\(\) => 1\}\["f"\],\$d\d\);$/);
    expect(lines[1]).toMatch(/^go\(\$s\(\$d\d\) +\);$/);
    expect(lines[2]).toMatch(/^go\(\$s\(\$d\d\) +\);$/);
  });

  it.each([
    'class A { *#run() {} *run() {} *run() {} } go(new A().run);',
    'class A { static *run() {} static run = function* () {} } go(A.run);',
    'class A { static *run() {} static { this.run = f; } } go(A.run);',
    'class A { @changed *run() {} } go(new A().run);',
    'class A { *run() {} get [name]() {} } go(A.prototype.run);',
    'const o = { *run() {}, ...more }; go(o.run);',
    "const o = { *run() {}, 'run': f }; go(o.run);",
    'function never() { class A extends B {} class B extends A {} go(A.run); }',
  ])('marks no member that may be another one: %s', (source) => {
    expect(body(source)).toBe(source);
  });

  it.each([
    ['class A { #run = 3; *run() {} } go(new A().run);', 'A.prototype.run'],
    ['class A { *run() {} *[Symbol.iterator]() {} } class B extends A {} go(new B().run);', 'A.prototype.run'],
    ['const o = { ...more, *run() {} }; go(o.run);', 'o.run'],
  ])('marks the only member of its name: %s', (source, member) => {
    expect(body(source)).toContain(`$m(${member},`);
  });

  it.each([
    ['declared before', 'const x = []; go(() => x);'],
    ['a parameter', 'function f(x) { go(() => x); }'],
    ['a variable of a loop', 'for (let x = []; ; x.push(x = [])) go(() => x, x, 1);'],
    ['what was caught', 'try { f(); } catch (x) { go(() => x); }'],
    ['declared before, around a function expression', 'const x = []; list.map(() => go(() => x));'],
  ])('reads captured values in the place of the function: %s', (_, source) => {
    expect(body(source)).toMatch(/go\(\$s\(\$d\d,\[x\]\)/);
  });

  it.each([
    ['declared after', 'function f() { go(() => x); } const x = [];'],
    ['in its own initializer', 'const x = f(go(() => x));'],
    ['declared before a function that may have been called before', 'const x = []; function f() { go(() => x); }'],
    ['declared in a case', 'switch (f()) { case 1: let x = []; default: go(() => x); }'],
    ['a later argument may change it', 'let x = []; x = f(); go((n) => x + n, (x = [1]));'],
    ['a later parameter', 'function f(a = go(() => x), x = []) {}'],
  ])('reads captured values when go asks for them: %s', (_, source) => {
    expect(body(source)).toMatch(/go\(\$s\(\$d0,\(\)=>\[x\]\)/);
  });

  it('keeps lines, and the column behind a function of several lines', () => {
    const source = 'const x = [];\ngo(\n  function* () {\n    return x;\n  }, 1); after();\nlast();';
    const lines = body(source).split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[4]!.indexOf('after')).toBe('  }, 1); after();'.indexOf('after'));
    expect(lines[5]).toBe('last();');
  });

  it('leaves a function where the call may be anybody’s, and marks it', () => {
    expect(body('const x = []; other.go(() => x);')).toBe('const x = []; other.go($m(() => x,$d0,()=>[x]));');
  });

  it('marks what is started by name where it is declared', () => {
    expect(body('const x = [];\nconst f = () => x;\ngo(f); function* h() {} blocking(h); go(h);')).toBe(
      'const x = [];\nconst f = () => x;;$m(f,$d0,()=>[x]);\ngo(f); function* h() {} blocking(h); go(h);',
    );
  });

  it('knows go.with, namespaces and blocking', () => {
    expect(body('g.go.with({}, () => 1); g.blocking(() => 2); (0, g.go)(() => 3);')).toMatch(
      /g\.go\.with\(\{\}, \$s\(\$d0\)\s*\); g\.blocking\(\$s\(\$d1\)\s*\); \(0, g\.go\)\(\$s\(\$d2\)\s*\);/,
    );
  });

  it.each([
    ['a local go', 'function f(go) { go(() => 1); }'],
    ['go.local', 'go.local(() => 1);'],
    ['a generator for blocking', 'blocking(function* () {});'],
    ['a function that is not there', 'go(somewhere); go(...list);'],
    ['a captured variable that another one hides', 'let x = 1; x++; const h = () => x; function f(x) { go(() => h() + x); }'],
    ['callbacks', 'list.map((n) => n + 1).sort(() => 0);'],
  ])('leaves %s', (_, source) => expect(body(source)).toBe(source));

  it('marks values only where they can be found in no other way', () => {
    const source = 'const make = (n) => (m) => n + m; table.x = () => 1; list.map((n) => n);';
    expect(body(source)).toBe(source);
    expect(body(source, true)).toBe(
      'const make = (n) => $m((m) => n + m,$d0,()=>[n]); table.x = $m(() => 1,$d1); list.map((n) => n);',
    );
  });

  it('says what will be refused, and writes the error down for go', () => {
    const { refusals, text } = prepared('let n = 0;\ngo(() => {\n  n++;\n});');
    expect(refusals).toEqual([expect.stringMatching(/^goroutine at .*app\.mjs:4:3 assigns to the captured variable 'n'/)]);
    expect(text).toContain('refused:"goroutine at');
  });

  it('looks only at text with a go in it', () => {
    expect(mayStart('history.go(-1); array.with(0, 1);')).toBe(false);
    expect(mayStart('group.go(async () => {})')).toBe(true);
    expect(mayStart("import { go } from './mine.js'")).toBe(true);
  });
});
