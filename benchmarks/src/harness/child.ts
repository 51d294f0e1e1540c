// The measuring child of every contender that is a Node program: loads the contender's program for one row, warms it
// up, takes the samples, and prints the report. One process measures one contender only, so nothing disturbs another.
//
// usage: node child.js <folder under contenders/> <request as JSON>
import type { Program, Programs, Report, Request } from './protocol.ts';

const [folder, text] = process.argv.slice(2);
if (folder === undefined || text === undefined) throw new Error('usage: child.js <contender> <request>');

const request = JSON.parse(text) as Request;
const file = new URL(`../contenders/${folder}/${request.suite}.js`, import.meta.url);
const { default: programs } = (await import(file.href)) as { default: Programs };
const program = programs[request.row];
if (program === undefined) throw new Error(`${folder} has no program for ${request.suite}/${request.row}`);

const report = await measure(program, request);
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));

async function measure(program: Program, { size, samples, warmUpMilliseconds }: Request): Promise<Report> {
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
