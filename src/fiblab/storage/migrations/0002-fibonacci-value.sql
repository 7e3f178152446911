-- depends: 0001-request-ledger
--
-- Heavy values, kept where a wiped Redis cannot take them along.

create table if not exists fibonacci_value (
  index bigint primary key check (index >= 0),
  digit_count bigint not null check (digit_count > 0),
  digits bytea not null,
  stored_at timestamptz not null default now()
);

-- External: the digits are compressed already, so TOAST must not try again.
alter table fibonacci_value alter column digits set storage external;

comment on table fibonacci_value is 'Fibonacci numbers that took long to compute; rows are never changed.';
comment on column fibonacci_value.index is 'Which Fibonacci number it is.';
comment on column fibonacci_value.digit_count is 'How many decimal digits it has.';
comment on column fibonacci_value.digits is 'The decimal text as one zstd frame, level 1.';
comment on column fibonacci_value.stored_at is 'When it was stored, by the clock of the database.';
