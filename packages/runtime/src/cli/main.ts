/** `npx goroutines <command>`: runs programs with what this package can do for them from outside. */
import { readFileSync } from 'node:fs';
import { DASHBOARD_VARIABLE, variableFor } from '../dashboard/variable.ts';
import { COMMANDS, parseRequest, type Request, UsageError } from './arguments.ts';
import { mustBeFile, runProgram } from './program.ts';
import { clearTrace, FULL_TRACE_VARIABLE, TRACE_VARIABLE, whereTraceIs } from './trace.ts';

/** As of most tools: the command line itself is wrong. */
const USAGE_EXIT_CODE = 2;

const HELP = `Usage: goroutines <command> [options] <file> [arguments of the program]

Commands
  run     runs a program with capture ahead of time, as node --import goroutines/register does; TypeScript, too
  top     the same, with a live page of what the scheduler does; its address is printed
  trace   the same, and writes down what the scheduler does, for https://ui.perfetto.dev

Options, before the file
  --node-option=<flag>   a flag for Node or V8, such as --node-option=--max-old-space-size=4096; any number of them
  -p, --port <number>    top: the port of the page, at 127.0.0.1; 0, the default, takes any that is free
  --stay                 top: the page stays when the program has ended, until Ctrl-C
  -o, --output <file>    trace: where the trace goes; trace.json is the default
  --full                 trace: every turn, also of a thread with more than 200,000 a second; for up to a third of the time

  -h, --help             this text
  -v, --version

The exit code is the program's; ${USAGE_EXIT_CODE} when the command line is wrong.
`;

async function main(words: readonly string[]): Promise<number> {
  const [first = '--help'] = words;
  if (['-h', '--help', 'help'].includes(first) || (isCommand(first) && ['-h', '--help'].includes(words[1] ?? ''))) {
    process.stdout.write(HELP);
    return words.length === 0 ? USAGE_EXIT_CODE : 0;
  }
  if (['-v', '--version'].includes(first)) {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  const request = parseRequest(words);
  if (request.command === 'trace') return trace(request);
  const environment = request.command === 'top' ? { [DASHBOARD_VARIABLE]: variableFor(request.port, request.stays) } : {};
  return runProgram({ ...request, environment, before: [] });
}

async function trace(request: Request): Promise<number> {
  const { output, full } = request;
  mustBeFile(request.file);
  clearTrace(output);
  const before = [new URL('./exit-on-signal.js', import.meta.url).href];
  const environment = { [TRACE_VARIABLE]: output, ...(full && { [FULL_TRACE_VARIABLE]: '1' }) };
  const code = await runProgram({ ...request, environment, before });
  process.stderr.write(`goroutines: ${whereTraceIs(output)}\n`);
  return code;
}

function isCommand(word: string): boolean {
  return (COMMANDS as readonly string[]).includes(word);
}

function version(): string {
  return (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  if (!error.message.startsWith('there is no file')) process.stderr.write("'goroutines --help' says what there is.\n");
  process.exitCode = USAGE_EXIT_CODE;
}
