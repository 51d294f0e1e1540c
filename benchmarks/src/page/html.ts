// The page: one file of HTML, in which everything stands that it shows. It has no script and asks for nothing.
import { type ContenderName, contenderNames, isOurs } from '../harness/contenders.ts';
import { figure, none, outcomeOf, ratio } from '../harness/figures.ts';
import { measureTitle, method } from '../harness/report.ts';
import type { Results } from '../harness/results.ts';
import { curvesIn, curveTable, type Verdict, verdicts } from '../harness/row-table.ts';
import type { Outcome, RowResult } from '../harness/run-row.ts';
import { type Charts, chartName, curveName } from './charts.ts';
import { style } from './style.ts';

type Titles = Results['contenders'];

export function page(results: Results, charts: Charts): string {
  const { machine, suites, rows, contenders } = results;
  const shown = suites.filter(({ name }) => rows.some(({ suite }) => suite === name));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>goroutines: benchmarks of ${text(machine.date)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>goroutines: benchmarks</h1>
<p>The same work done by goroutines, by Go, and by what Node programs use today. Every result is checked.</p>
${warnings(results)}
${facts(results)}
<h3>To do it again</h3>
<p>In a checkout of this commit, with Node and npm; with Go and <code>wrk</code> on the PATH the rows that need them run too:</p>
<pre>${text(results.command)}</pre>
<p>This page again, from the samples in <a href="results.json">results.json</a>:</p>
<pre>npm run bench -- --report-from benchmarks/report/results.json</pre>
<nav aria-label="Suites"><a href="#summary">Summary</a>${shown
    .map(({ name, title }) => `<a href="#${name}">${text(title)}</a>`)
    .join('')}<a href="#contenders">Contenders</a><a href="#method">Method</a></nav>
</header>
<main>
<h2 id="summary">Summary</h2>
<p>What each row's first measure costs, divided by what it costs goroutines. Right of 1, goroutines are ahead; left of it, the
other is. Less cost is less time, or more requests.</p>
${chart(charts, 'overview')}
${summaryTable(rows, contenders)}
${shown
  .map(
    (suite) => `<section>
<h2 id="${suite.name}">${text(suite.title)}</h2>
<p>${inline(suite.work)}</p>
${rows
  .filter((row) => row.suite === suite.name)
  .map((row) => rowSection(row, charts, contenders))
  .join('\n')}
${curveSections(
  rows.filter((row) => row.suite === suite.name),
  charts,
)}
</section>`,
  )
  .join('\n')}
<section>
<h2 id="contenders">Contenders and their settings</h2>
${contenderTable(results)}
</section>
<section>
<h2 id="method">Method</h2>
${method
  .split('\n\n')
  .map((part) => `<p>${inline(part)}</p>`)
  .join('\n')}
<p>In the charts the point is the median, the thick bar reaches from the lower to the upper quartile, the thin line from the
least to the greatest sample; a dashed line is what goroutines are asked to reach. Ratios are of medians.</p>
</section>
</main>
</body>
</html>
`;
}

function warnings({ speed, machine }: Results): string {
  const found: string[] = [];
  if (speed !== 'full') found.push(`These figures are of a run with --${speed}: too short for more than a first look.`);
  if (machine.load > 0.3 * machine.cores) {
    found.push(
      `Other programs were running: the load of the machine was ${figure(machine.load)} when the first row began. Compare ratios, not times, and look at the spread.`,
    );
  }
  return found.map((warning) => `<p class="warning">${text(warning)}</p>`).join('\n');
}

function facts({ machine, seconds, speed, rows }: Results): string {
  const facts: [string, string][] = [
    ['Processor', `${machine.processor}, ${machine.cores} cores`],
    ['Memory', machine.memory],
    ['System', machine.system],
    ['Node', `${machine.node} (V8 ${machine.v8})`],
    ['Go', machine.go ?? 'not installed'],
    ['Date', machine.date],
    ['Commit', machine.commit],
    ['Load before', `${figure(machine.load)} programs running, on average of a minute`],
    ['Run', `${rows.length} rows in ${Math.round(seconds)} s, ${speed === 'full' ? 'the full size' : `--${speed}`}`],
  ];
  return `<dl class="facts">${facts.map(([name, value]) => `<dt>${name}</dt><dd>${text(value)}</dd>`).join('')}</dl>`;
}

function summaryTable(rows: readonly RowResult[], titles: Titles): string {
  const lines = rows.flatMap((row) => {
    const [ours, go] = [outcomeOf(row, 'goroutines'), outcomeOf(row, 'go')];
    return row.measures.map((_, measure) => {
      const others = row.outcomes
        .filter((outcome) => outcome !== ours && outcome !== go && Number.isFinite(ratio(outcome, ours, measure)))
        .map((outcome) => `${titles[outcome.contender].title} ${figure(ratio(outcome, ours, measure))}`);
      const cells = [medianOf(ours, measure), medianOf(go, measure), figure(ratio(ours, go, measure))];
      return `<tr><td><a href="#${anchor(row)}">${text(measureTitle(row, measure))}</a></td>${cells
        .map((cell) => `<td class="figure">${cell}</td>`)
        .join('')}<td class="notes">${text(others.join(', ') || none)}</td></tr>`;
    });
  });
  return `<p>Medians, in nanoseconds an operation unless a unit is given. Less is better where a line does not say "more is better".</p>
<div class="wide"><table><thead><tr><th>work</th><th class="figure">goroutines</th><th class="figure">Go</th><th class="figure">ours ÷ Go</th><th>others ÷ ours</th></tr></thead>
<tbody>${lines.join('\n')}</tbody></table></div>`;
}

function rowSection(row: RowResult, charts: Charts, titles: Titles): string {
  const threads = row.threads === 1 ? 'one thread' : `${row.threads} threads`;
  return `<h3 id="${anchor(row)}">${text(row.title)} <small>an operation: ${text(row.operation)}; ${threads}</small></h3>
${row.measures.map((_, measure) => chart(charts, chartName(row, measure))).join('\n')}
${rowTable(row, titles)}
${verdicts(row).map(verdictLine).join('\n')}`;
}

function rowTable(row: RowResult, titles: Titles): string {
  const columns = row.measures.map(({ title, unit }) => `${title}, ${unit}`);
  const several = columns.length > 1;
  const lines = row.outcomes.map((outcome) => {
    const { contender, size, missing, note, reports } = outcome;
    const name = `<td class="named">${text(titles[contender].title)}</td>`;
    if (missing !== undefined) {
      return `<tr class="missing">${name}<td class="notes" colspan="${2 + (several ? 1 : 3) * columns.length}">${inline(missing)}</td></tr>`;
    }
    const figures = columns.flatMap((_, measure) => {
      const summary = outcome.summaries[measure];
      const [middle, all] = [range(summary?.lower, summary?.upper), range(summary?.minimum, summary?.maximum)];
      return several ? [`${medianOf(outcome, measure)}<small>${middle}</small>`] : [medianOf(outcome, measure), middle, all];
    });
    const samples = `${reports.reduce((sum, { samples }) => sum + samples.length, 0)} × ${size.toLocaleString('en-US')}`;
    return `<tr${isOurs(contender) ? ' class="ours"' : ''}>${name}${[...figures, against(row, outcome), samples]
      .map((cell) => `<td class="figure">${cell}</td>`)
      .join('')}<td class="notes">${inline(note ?? '')}</td></tr>`;
  });
  const head = columns.flatMap((column) => (several ? [`${column}, and quartiles`] : [column, 'quartiles', 'least–most']));
  return `<div class="wide"><table><thead><tr><th>contender</th>${[...head, 'ratio', 'samples × size']
    .map((cell) => `<th class="figure">${text(cell)}</th>`)
    .join('')}<th>notes</th></tr></thead><tbody>${lines.join('\n')}</tbody></table></div>`;
}

function against(row: RowResult, outcome: Outcome): string {
  const [ours, go] = [outcomeOf(row, 'goroutines'), outcomeOf(row, 'go')];
  const [times, whom] = outcome === ours ? [ratio(ours, go), 'Go'] : [ratio(outcome, ours), 'ours'];
  return Number.isFinite(times) ? `${figure(times)} × ${whom}` : '';
}

function range(from: number | undefined, to: number | undefined): string {
  if (from === undefined || to === undefined || !Number.isFinite(from)) return '';
  return `${figure(from)}–${figure(to)}`;
}

function medianOf(outcome: Outcome | undefined, measure: number): string {
  return figure(outcome?.summaries[measure]?.median ?? Number.NaN);
}

function verdictLine({ text: what, verdict }: Verdict): string {
  const word = verdict === 'not judged' ? 'not judged, since no rival reached it here either' : verdict;
  return `<p>${text(what)}: <span class="${verdict}">${word}</span></p>`;
}

function curveSections(rows: readonly RowResult[], charts: Charts): string {
  return curvesIn(rows)
    .map((curve) => {
      const [head, ...lines] = curveTable(curve.procs, curve.results);
      const cells = (tag: string, line: readonly string[]) =>
        line.map((cell) => `<${tag} class="figure">${text(cell)}</${tag}>`).join('');
      return `<h3>${text(curve.curve)}: the curve</h3>
${chart(charts, curveName(curve))}
<div class="wide"><table><thead><tr>${cells('th', head!)}</tr></thead><tbody>${lines
        .map((line) => `<tr>${cells('td', line)}</tr>`)
        .join('')}</tbody></table></div>`;
    })
    .join('\n');
}

function contenderTable({ machine, contenders, rows }: Results): string {
  const outcomes = rows.flatMap((row) => row.outcomes);
  const taking = new Set(outcomes.map(({ contender }) => contender));
  const ran = new Set(outcomes.flatMap(({ contender, summaries }) => (summaries.length > 0 ? contender : [])));
  // What has no version of its own and did run is a part of Node.
  const version = (name: ContenderName) => machine.versions[name] ?? (ran.has(name) ? `Node ${machine.node}` : none);
  const lines = contenderNames
    .filter((name) => taking.has(name))
    .map((name) => {
      const { title, settings } = contenders[name];
      return `<tr><td class="named">${text(title)}</td><td>${text(version(name))}</td><td>${inline(settings)}</td></tr>`;
    });
  return `<p>A row's own settings stand in its notes.</p>
<div class="wide"><table><thead><tr><th>contender</th><th>version</th><th>settings</th></tr></thead><tbody>${lines.join('\n')}</tbody></table></div>`;
}

function chart(charts: Charts, name: string): string {
  const svg = charts.get(name);
  return svg === undefined ? '' : `<figure>${svg}</figure>`;
}

function anchor({ suite, row }: RowResult): string {
  return `${suite}-${row}`;
}

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Text with code in it, marked as in Markdown. */
function inline(value: string): string {
  return text(value).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}
