/** The JSON of the lab's calls, which exist only where the lab runs (see lab.ts). */

export interface LabAbout {
  /** Proves that a call comes from a page of this server's; new with each start of it. */
  token: string;
  /** How many experiments there are. */
  experiments: number;
  version: string;
}

export type ProcessKind = 'server' | 'worker' | 'redis' | 'postgres';
export type ProcessState = 'running' | 'frozen' | 'stopped' | 'ended';

/** A process that `fiblab up` keeps. */
export interface LabProcess {
  name: string;
  kind: ProcessKind;
  state: ProcessState;
  pid?: number;
  /** ISO 8601: when it came into this state. */
  since?: string;
}

/** `add` starts one more worker; every freeze is thawed after a minute at the latest. */
export type ProcessOrder = 'kill' | 'freeze' | 'thaw' | 'stop' | 'start' | 'add';

/** What a verdict says: as promised, not as promised, or nobody could tell. */
export type RunOutcome = 'valid' | 'broken' | 'unclear';
export type RunState = 'running' | 'ended' | 'cancelled' | 'failed';
/** The same load with the pattern, and its twin without it. */
export type Arm = 'with' | 'without';

export interface Prediction {
  question: string;
  choices: string[];
}

export interface LastRun {
  run: string;
  outcome: RunOutcome;
  /** Index into the prediction's choices; absent where nobody predicted. */
  choice?: number;
  right?: boolean;
  ended_at: string;
}

export interface Experiment {
  id: string;
  title: string;
  pattern: string;
  /** The chapter that teaches the pattern. */
  chapter: string;
  question: string;
  fault: string;
  /** What the twin does in the pattern's place. */
  without: string;
  /** About how many seconds both arms take. */
  lasts_s: number;
  prediction: Prediction;
  last?: LastRun;
}

/** A line of this package that does what the experiment is about. */
export interface SourceLine {
  /** Relative to the package `fiblab`. */
  path: string;
  line: number;
  says: string;
}

export interface ExperimentDetail extends Experiment {
  /** Paragraphs with blank lines between them. */
  explanation: string;
  sources: SourceLine[];
  checks: { id: string; says: string }[];
  /** The check that is red in the twin. */
  breaks: string;
}

export interface RunListed {
  run: string;
  experiment: string;
  seed: number;
  state: RunState;
  outcome?: RunOutcome;
  started_at: string;
}

export type HappeningSource = 'queue' | 'client' | 'fault' | 'process' | 'measure';

/** One thing that happened in an arm. */
export interface Happening {
  arm: Arm;
  /** Milliseconds since that arm's load began. */
  at_ms: number;
  source: HappeningSource;
  /** Of the queue: its kinds; of a measure: the series. */
  kind: string;
  job?: string;
  who?: string;
  detail?: string;
  value?: number;
}

/** One promise, and whether it held; null: nobody could tell. */
export interface Check {
  arm: Arm;
  id: string;
  says: string;
  holds: boolean | null;
  evidence: string[];
}

export interface BeginLine {
  type: 'begin';
  run: string;
  experiment: ExperimentDetail;
  seed: number;
  arms: Arm[];
  versions: Record<string, string>;
  started_at: string;
}

/** A run tells itself in lines, each one event of its stream. */
export type RunLine =
  | BeginLine
  | { type: 'stage'; arm: Arm; text: string }
  | ({ type: 'happening' } & Happening)
  | ({ type: 'check' } & Check)
  | { type: 'healed'; arm: Arm; text: string }
  | { type: 'end'; outcome: RunOutcome; why: string };

export interface ArmBundle {
  happenings: Omit<Happening, 'arm'>[];
  checks: Omit<Check, 'arm'>[];
  /** What its services were told, by environment variable. */
  settings?: Record<string, string>;
  /** The patterns that they lacked. */
  without?: string[];
}

/** A whole run in one file, which opens without any server. */
export interface RunBundle {
  format: 1;
  run: string;
  experiment: ExperimentDetail & { prediction: Prediction & { answer: number } };
  seed: number;
  arms: { with?: ArmBundle; without?: ArmBundle };
  outcome: RunOutcome;
  why: string;
  prediction?: { choice: number; right: boolean };
  versions: Record<string, string>;
  started_at: string;
  ended_at: string;
}
