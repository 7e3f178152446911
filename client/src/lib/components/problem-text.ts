import {
  type ApiError,
  LabMissing,
  ProblemError,
  RateLimited,
  Rejected,
  ServerFault,
  TimedOut,
  Unavailable,
  Unreachable
} from '#lib/api/errors.ts';

/** What a person is told about a failure: what happened, and what to do. */
export interface ProblemText {
  title: string;
  advice: string;
  /** For whoever looks into the server's logs. */
  requestId: string | null;
}

/** The one table from errors to words. `online` tells a lost network from a lost server. */
export function describeProblem(error: ApiError, online: boolean): ProblemText {
  const requestId = error instanceof ProblemError ? (error.problem.request_id ?? null) : null;
  return { ...words(error, online), requestId };
}

function words(error: ApiError, online: boolean): Omit<ProblemText, 'requestId'> {
  if (error instanceof Unreachable && !online) {
    return { title: 'You are offline', advice: 'This goes on by itself once the network is back.' };
  }
  if (error instanceof Unreachable) {
    return {
      title: 'The server cannot be reached',
      advice:
        'Is it running? On your own machine, “./fiblab up” starts it. A retry is never counted twice.'
    };
  }
  if (error instanceof TimedOut) {
    return {
      title: 'The server did not answer in time',
      advice: 'Whether it took the request is unknown. Retrying is safe: it is never counted twice.'
    };
  }
  if (error instanceof LabMissing) {
    return {
      title: 'This server runs without the lab',
      advice: 'Start “./fiblab up” on your own machine, and open the page that it names.'
    };
  }
  if (error instanceof RateLimited) {
    return {
      title: 'Too many requests at once',
      advice: 'The server asked for a short pause. Nothing is lost.'
    };
  }
  if (error instanceof Unavailable) return { title: error.problem.title, advice: patience(error) };
  if (error instanceof Rejected) return { title: error.problem.title, advice: fieldReasons(error) };
  if (error instanceof ServerFault) {
    return {
      title: 'Something broke on the server',
      advice: 'It is not your fault. Retrying may help.'
    };
  }
  return {
    title: 'The answer made no sense',
    advice:
      'Something between this page and the server changed it, perhaps a proxy. Retrying may help.'
  };
}

function patience({ definite }: Unavailable): string {
  return definite
    ? 'Nothing was counted. The page asks again as soon as the server allows.'
    : 'Asking again is safe: it is never counted twice.';
}

function fieldReasons({ problem }: Rejected): string {
  const reasons = problem.errors?.map(({ reason }) => reason) ?? [];
  return reasons.join(' ') || problem.detail;
}
