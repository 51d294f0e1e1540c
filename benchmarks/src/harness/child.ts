// The measuring child of every contender that is a Node program: loads the contender's program for one row, warms it
// up, takes the samples, and prints the report. One process measures one contender only, so nothing disturbs another, and
// one row only, except where the question is not how long it takes: several requests give as many lines.
//
// usage: node child.js <folder under contenders/> <request as JSON>…
import type { Program, Programs, Report, Request } from './protocol.ts';

const [folder, ...requests] = process.argv.slice(2);
if (folder === undefined || requests.length === 0) throw new Error('usage: child.js <contender> <request>…');

for (const text of requests) {
  const request = JSON.parse(text) as Request;
  const report = await measure(await find(request), request);
  await new Promise((resolve) => process.stdout.write(`${JSON.stringify(report)}\n`, resolve));
}
process.exit(0);

async function find({ suite, row }: Request): Promise<Program> {
  const file = new URL(`../contenders/${folder}/${suite}.js`, import.meta.url);
  const { default: programs } = (await import(file.href)) as { default: Programs };
  const program = programs[row];
  if (program === undefined) throw new Error(`${folder} has no program for ${suite}/${row}`);
  return program;
}

async function measure(program: Program, request: Request): Promise<Report> {
  const { size, samples, warmUpMilliseconds } = request;
  const report: Report = { samples: [], resident: [], peak: 0 };
  await program.start?.(request);

  const warm = performance.now() + warmUpMilliseconds;
  do await program.sample(size);
  while (performance.now() < warm);

  for (let count = 0; count < samples; count++) {
    report.samples.push(await program.sample(size));
    report.resident.push(process.memoryUsage.rss());
  }
  await program.stop?.();
  report.peak = process.resourceUsage().maxRSS * 1024;
  return report;
}
