/** Stack traces as a user reads them: the frames of his own code, without those of Node and of this package. */
import { fileURLToPath } from 'node:url';

const ownUrl = new URL('../', import.meta.url).href;
/** Where a frame comes by way of a source map, and in code of CommonJS, it names the file's path. */
const ownPath = fileURLToPath(ownUrl);
const isOwn = (frame: string): boolean => frame.includes(ownUrl) || frame.includes(ownPath);

/** The user's frames of a stack trace, each as `name (file:line:column)`, innermost first; up to this function of ours. */
export function ownFramesOf(stack: unknown, until?: Function): string[] {
  if (typeof stack !== 'string') return [];
  const frames: string[] = [];
  for (const line of stack.split('\n')) {
    const frame = /^\s+at (.*)$/.exec(line)?.[1];
    if (frame !== undefined && isOwn(frame) && until !== undefined && frame.startsWith(`${until.name} `)) break;
    if (frame === undefined || isOwn(frame) || /(?:^|\(|async )(?:node:|<anonymous>\)?$|native\b)/.test(frame)) continue;
    // By way of a source map the code of a module is called so.
    frames.push(frame.replace(/^<anonymous> \((.*)\)$/, '$1'));
  }
  return frames;
}

/** An error leaves a goroutine: its stack ends where the scheduler has resumed it. Of a user's own `stack` nothing is changed. */
export function cutOwnFrames(error: unknown): void {
  try {
    if (!(error instanceof Error)) return;
    const lines = error.stack!.split('\n');
    let end = lines.findIndex((line) => /^ {4}at (resume|execute) \(/.test(line) && isOwn(line));
    if (end < 0) return;
    while (/^ {4}at (\S+\.)?next \(<anonymous>\)$/.test(lines[end - 1]!)) end--;
    error.stack = lines.slice(0, end).join('\n');
  } catch {
    // It stays as it is.
  }
}

/** The user's frames of the code that is running, of so many frames that called the function `below`; up to `until`. */
export function captureOwnFrames(below: Function, limit: number, until?: Function): string[] {
  const holder: { stack?: unknown } = {};
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = limit;
  try {
    Error.captureStackTrace(holder, below);
    return ownFramesOf(holder.stack, until);
  } catch {
    return []; // A program's own `Error.prepareStackTrace` may throw.
  } finally {
    Error.stackTraceLimit = usual;
  }
}
