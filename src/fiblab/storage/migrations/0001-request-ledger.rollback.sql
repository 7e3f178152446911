drop table if exists request_count;
drop table if exists request_ledger;
