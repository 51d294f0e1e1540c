// What both ways of hashing hand over for each file, and what is made of it. The summary doesn't depend on the order in
// which the files were finished: everything in it is sorted by path.

import { createHash } from 'node:crypto';

export interface HashedFile {
  path: string;
  bytes: number;
  digest: string;
  /** The `threadId` of the thread that read it. */
  thread: number;
}

/** A file or folder that could not be read, and the system's code for why. */
export interface UnreadableFile {
  path: string;
  reason: string;
}

export type Outcome = HashedFile | UnreadableFile;

export interface Share {
  thread: number;
  files: number;
  bytes: number;
}

export interface Summary {
  files: number;
  bytes: number;
  unreadable: UnreadableFile[];
  shares: Share[];
  /** The digest of all the files' digests. */
  digest: string;
}

/** What to hand over when the file system said no. An error of any other kind is a bug, and goes on its way. */
export function unreadable(path: string, error: unknown): UnreadableFile {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) throw error;
  return { path: path === '' ? '.' : path, reason: code };
}

export function summarize(outcomes: Outcome[]): Summary {
  outcomes.sort((one, other) => (one.path < other.path ? -1 : 1));

  const summary: Summary = { files: 0, bytes: 0, unreadable: [], shares: [], digest: '' };
  const shares = new Map<number, Share>();
  const digest = createHash('sha256');
  for (const outcome of outcomes) {
    if ('reason' in outcome) {
      summary.unreadable.push(outcome);
      continue;
    }
    const { path, bytes, thread } = outcome;
    summary.files += 1;
    summary.bytes += bytes;
    digest.update(`${path}\0${outcome.digest}\n`);

    const share = shares.get(thread) ?? { thread, files: 0, bytes: 0 };
    shares.set(thread, share);
    share.files += 1;
    share.bytes += bytes;
  }
  summary.shares = [...shares.values()].sort((one, other) => one.thread - other.thread);
  summary.digest = digest.digest('hex');
  return summary;
}
