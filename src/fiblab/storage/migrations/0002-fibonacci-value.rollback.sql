drop table if exists fibonacci_value;
