// What the parent and a measuring child say to each other. The Go program (go/main.go) speaks the same: a request as
// one JSON argument, a report as one line of JSON on the standard output.

export interface Request {
  suite: string;
  row: string;
  /** Operations in one sample. */
  size: number;
  samples: number;
  /** Processors that the contender may use. */
  threads: number;
  /** Samples are run and thrown away until this time has passed, one at least. */
  warmUpMilliseconds: number;
}

export interface Sample {
  /** Time of the measured part of the work, all operations together. */
  nanoseconds: number;
  /** What the work computed; the parent compares it with what the suite expects. */
  result: number;
  /** Anything else that a suite measures. */
  metrics?: Record<string, number>;
}

export interface Report {
  samples: Sample[];
  /** Resident bytes of the process after each sample; 0 where the system does not tell. */
  resident: number[];
  /** The largest resident size that the process ever had, in bytes; 0 where the system does not tell. */
  peak: number;
}

/** One contender's way to do the work of one row. */
export interface Program {
  start?(request: Request): void | Promise<void>;
  sample(size: number): Sample | PromiseLike<Sample>;
  stop?(): void | Promise<void>;
}

/** What a file `contenders/<contender>/<suite>.ts` exports by default: a program for each row of the suite. */
export type Programs = Record<string, Program>;
