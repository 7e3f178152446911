-- The ledger of accepted requests, and how often each index was asked for.
--
-- Every statement may run twice: yoyo commits a migration and marks it in two transactions, so a
-- runner that dies in between leaves it applied and unmarked.

create table if not exists request_ledger (
  request_id text primary key,
  index bigint not null check (index >= 0),
  state text not null default 'open' check (state in ('open', 'done', 'failed')),
  accepted_at timestamptz not null default now(),
  closed_at timestamptz check ((closed_at is null) = (state = 'open')),
  failure_category text check ((failure_category is not null) = (state = 'failed')),
  failure_detail text,
  attempts integer check (attempts >= 0)
);

create index if not exists request_ledger_open
  on request_ledger (index, accepted_at) where state = 'open';

create index if not exists request_ledger_closed
  on request_ledger (closed_at) where closed_at is not null;

create table if not exists request_count (
  index bigint primary key check (index >= 0),
  count bigint not null check (count > 0)
);

create index if not exists request_count_most_requested
  on request_count (count desc, index asc);

comment on table request_ledger is 'One row per accepted request; closed rows go after the idempotency window.';
comment on column request_ledger.request_id is 'The Idempotency-Key, or the request id that stands in for it.';
comment on column request_ledger.index is 'Which Fibonacci number was asked for.';
comment on column request_ledger.state is 'open: the value is owed; done: it is known; failed: the job is a dead letter.';
comment on column request_ledger.accepted_at is 'When the row was committed, by the clock of the database.';
comment on column request_ledger.closed_at is 'When the row became done or failed.';
comment on column request_ledger.failure_category is 'Why it failed: the dead letter''s category.';
comment on column request_ledger.failure_detail is 'Why it failed, for a person to read.';
comment on column request_ledger.attempts is 'How often the failed job was tried.';
comment on table request_count is 'How many requests were ever accepted for each index; outlives the ledger''s rows.';
comment on column request_count.index is 'Which Fibonacci number was asked for.';
comment on column request_count.count is 'Rows ever inserted into request_ledger for this index.';
comment on index request_ledger_open is 'The sweeper pages through open rows by index.';
comment on index request_ledger_closed is 'Retention deletes the rows that were closed first.';
comment on index request_count_most_requested is 'Reads the most requested from one end, ties by the smaller index.';
