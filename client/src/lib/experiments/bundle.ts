import type { RunBundle } from '#lib/api/lab-types.ts';
import { ARMS } from './run-log.ts';

/** Bytes: a run of the largest experiment is some 10 MB; a file beyond this is none. */
export const MAX_BUNDLE_BYTES = 200_000_000;

/** A file that is no run of this lab, or is damaged; the message says what to do. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

/** Reads a run bundle; throws BundleError where the text is something else. */
export function readBundle(text: string): RunBundle {
  const value = parse(text);
  if (!isObject(value) || !('format' in value)) {
    throw new BundleError(
      'This is JSON, but no run of the lab. Choose a file that “Download the run” gave you.'
    );
  }
  if (value['format'] !== 1) {
    throw new BundleError(
      `This run was written in format ${String(value['format'])}, and this page reads format 1. ` +
        'Open it with the fiblab that wrote it.'
    );
  }
  const fault = faultOf(value);
  if (fault) {
    throw new BundleError(`This run is damaged: ${fault}. Download it again, or run it again.`);
  }
  return value as unknown as RunBundle;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BundleError(
      text.trimStart().startsWith('{')
        ? 'This file ends too early or was changed: it is no complete JSON. Download the run again.'
        : 'This is no run bundle. Choose the .json file that “Download the run” gave you.'
    );
  }
}

/** What is wrong with a bundle, in words; null where nothing is. */
function faultOf(bundle: Record<string, unknown>): string | null {
  const { experiment, arms, outcome } = bundle;
  if (!isObject(experiment) || !hasTexts(experiment, ['id', 'title', 'question'])) {
    return 'it does not name its experiment';
  }
  if (!isObject(arms) || !ARMS.some((name) => name in arms)) return 'it has no arm';
  if (!['valid', 'broken', 'unclear'].includes(String(outcome))) return 'it has no verdict';
  for (const name of ARMS) {
    const fault = name in arms ? faultOfArm(arms[name]) : null;
    if (fault) return `its arm “${name}” ${fault}`;
  }
  return null;
}

function faultOfArm(arm: unknown): string | null {
  if (!isObject(arm)) return 'is empty';
  const { happenings, checks } = arm;
  if (!Array.isArray(happenings)) return 'has no happenings';
  const at = happenings.findIndex((happening) => !isHappening(happening));
  if (at >= 0) return `has a happening (number ${at + 1}) without time, source or kind`;
  if (!Array.isArray(checks) || !checks.every(isCheck)) return 'has a check that says nothing';
  return null;
}

function isHappening(value: unknown): boolean {
  return (
    isObject(value) &&
    Number.isFinite(value['at_ms']) &&
    Number(value['at_ms']) >= 0 &&
    hasTexts(value, ['source', 'kind'])
  );
}

function isCheck(value: unknown): boolean {
  return (
    isObject(value) &&
    hasTexts(value, ['id', 'says']) &&
    [true, false, null].includes(value['holds'] as boolean | null) &&
    Array.isArray(value['evidence']) &&
    value['evidence'].every((line) => typeof line === 'string')
  );
}

function hasTexts(value: Record<string, unknown>, names: string[]): boolean {
  return names.every((name) => typeof value[name] === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
