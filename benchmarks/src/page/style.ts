// The page's look: system fonts, light or dark as the reader's system is.
import { declarations } from './palette.ts';

export const style = `
:root { color-scheme: light dark; ${declarations('light')} }
@media (prefers-color-scheme: dark) { :root { ${declarations('dark')} } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; background: var(--ground); color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0.5rem 0; }
h2 { font-size: 1.4rem; margin: 3rem 0 0.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 2rem 0 0.5rem; }
h3 small { font-weight: normal; color: var(--quiet); }
a { color: inherit; text-underline-offset: 0.2em; text-decoration-color: var(--quiet); }
p, ul, dl { margin: 0.6rem 0; max-width: 46rem; }
nav { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; font-size: 0.9rem; }
code, pre { font: 0.87em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { background: var(--raised); padding: 0.7rem 0.9rem; border-radius: 6px; overflow-x: auto; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1.2rem; }
dl.facts dt { color: var(--quiet); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.87rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.7rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: baseline; }
th { color: var(--quiet); font-weight: 600; }
th:first-child, td:first-child { padding-left: 0; }
.figure { text-align: right; }
td.figure { white-space: nowrap; }
td small { display: block; color: var(--quiet); font-weight: normal; }
td.named { white-space: nowrap; }
tr.ours td { font-weight: 600; }
tr.missing td { color: var(--quiet); }
.notes { color: var(--quiet); font-weight: normal !important; min-width: 12rem; }
.warning { background: var(--raised); border-left: 4px solid var(--bad); padding: 0.6rem 0.9rem; }
.reached { color: var(--good); } .missed { color: var(--bad); }
figure { margin: 0.8rem 0; overflow-x: auto; }
figure svg { display: block; max-width: 100%; height: auto; min-width: 34rem; }
`;
