-- describe: tells all there is to tell of one job. Changes nothing.
--
-- KEYS     the queue's (parts/keys.lua)
-- ARGV     lanes, event cap, id
-- Returns  a job as of parts/describe_one.lua, or nothing where there is no such job
-- Events   none
--@include keys
--@include describe_one
return describe_one(ARGV[3])
