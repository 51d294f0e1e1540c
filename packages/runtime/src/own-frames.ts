/**
 * Stack traces as a user reads them: the frames of his own code, without those of Node and of this package.
 *
 * What V8 itself runs (`new Promise (<anonymous>)`) belongs to who called it, which is the next frame; a generator's `next` to nobody.
 */
import { fileURLToPath } from 'node:url';

/** Also where this is part of the bundle. */
const ownUrl = import.meta.url.replace(/(?:bundle\/)?[^/]*$/, '');
/** Where a frame comes by way of a source map, and in code of CommonJS, it names the file's path. */
const ownPath = fileURLToPath(ownUrl);
const isOwn = (frame: string): boolean =>
  (frame.includes(ownUrl) || frame.includes(ownPath)) && !frame.includes(`${ownUrl}library/`);

const isFrame = (line: string): boolean => line.startsWith('    at ');
const isNodes = (line: string): boolean => /[( ]node:[^()]*\)?$/.test(line);
const isBuiltin = (line: string): boolean => /\(<anonymous>\)$|\(index \d+\)$| native$/.test(line);
const isResumption = (line: string): boolean => /^ {4}at (?:\S+\.)?(?:next|throw|return) \(<anonymous>\)$/.test(line);

/** The user's frames of a stack trace, each as `name (file:line:column)`, innermost first; up to this function of ours. */
export function ownFramesOf(stack: unknown, until?: Function): string[] {
  if (typeof stack !== 'string') return [];
  const frames: string[] = [];
  for (const line of stack.split('\n')) {
    const frame = /^\s+at (.*)$/.exec(withoutGivenName(line))?.[1];
    if (frame !== undefined && isOwn(frame) && until !== undefined && frame.startsWith(`${until.name} `)) break;
    if (frame === undefined || isOwn(frame) || /(?:^|\(|async )(?:node:|<anonymous>\)?$|native\b)/.test(frame)) continue;
    // By way of a source map the code of a module is called so.
    frames.push(frame.replace(/^<anonymous> \((.*)\)$/, '$1'));
  }
  return frames;
}

/** The lines of a stack trace without those that are not the user's. Node's stay where they are all there is. */
export function usersLines(lines: readonly string[]): string[] {
  const withoutOwn: string[] = [];
  let calledByOwn = false;
  for (const line of lines.toReversed()) {
    calledByOwn = isFrame(line) && (isOwn(line) || (calledByOwn && isBuiltin(line)));
    if (!calledByOwn && !isResumption(line)) withoutOwn.push(line);
  }
  withoutOwn.reverse();
  const users = withoutOwn.filter((line) => !isNodes(line)).map(withoutGivenName);
  const anyUsers = users.some((line) => isFrame(line) && !isBuiltin(line));
  return anyUsers || withoutOwn.length < lines.length ? users : withoutOwn;
}

/** V8 calls a function without a name by what extracted text assigns it to. */
function withoutGivenName(line: string): string {
  return line.replace(/^( {4}at (?:async )?)\$f\d* \((.*)\)$/, '$1$2');
}

/** What the lines begin with that say where a goroutine comes from. */
const creation = /^(?:created by [\w.]+|called by blocking)\(\) at /;

/**
 * An error leaves a goroutine: of its stack trace the user's frames stay, and it is added where the goroutine comes from, unless
 * another has told that already which it has passed through. Of a user's own `stack` nothing is changed.
 */
export function cleanStack(error: unknown, createdBy: () => readonly string[]): void {
  try {
    if (!(error instanceof Error) || typeof error.stack !== 'string') return;
    const lines = error.stack.split('\n');
    const start = lines.findIndex(isFrame);
    if (lines.some((line) => creation.test(line))) return;
    const frames = start < 0 ? [] : usersLines(lines.splice(start));
    error.stack = [...lines, ...frames, ...createdBy()].join('\n');
  } catch {
    // It stays as it is.
  }
}

/** A stack trace with a line where its goroutine's origin begins; undefined where that is not in it. */
export function withLineBeforeOrigin(stack: string, line: string): string | undefined {
  const lines = stack.split('\n');
  const at = lines.findIndex((each) => creation.test(each));
  return at < 0 ? undefined : lines.toSpliced(at, 0, line).join('\n');
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

/** The lines that say where a goroutine was created; the first of them may speak of something else than `go`. */
export function createdByLines(creation: readonly string[][], first = 'created by go()'): string[] {
  return creation.map((sites, index) => {
    const how = index === 0 ? first : 'created by go()';
    return `${how} at ${sites.map((site) => placeOf(site)).join(' or ')}`;
  });
}

/** `file:line:column` of a frame. */
function placeOf(frame: string): string {
  return /\((.*)\)$/.exec(frame)?.[1] ?? frame.replace(/^async /, '');
}
