-- enqueue: puts jobs into their lanes, all of them or, at the bound, none.
--
-- KEYS     the queue's (parts/keys.lua)
-- ARGV     lanes, event cap, bound, then id, lane, payload for each job
-- Returns  for each job 0 pending (it is there already), 1 added, or 2 full
-- Events   enqueued
--@include keys
--@include add_jobs
local bound, FIRST_JOB, STEP = integer(3), 4, 3
local PENDING, ADDED, FULL = 0, 1, 2

local ids = {}
for at = FIRST_JOB, #ARGV, STEP do ids[#ids + 1] = ARGV[at] end

local records, outcomes = read_all(key.job, ids), {}
local new, lane_names, payloads = {}, {}, {}
local seen = {} -- a job that is named twice is pending the second time
for number, id in ipairs(ids) do
  local is_new = not records[number] and not seen[id]
  if is_new then
    local at, count = FIRST_JOB + (number - 1) * STEP, #new + 1
    new[count], lane_names[count], payloads[count] = id, ARGV[at + 1], ARGV[at + 2]
    seen[id] = true
  end
  outcomes[number] = is_new and ADDED or PENDING
end

local full = #new > 0 and redis.call('HLEN', key.job) + #new > bound
if full then
  for number = 1, #ids do outcomes[number] = FULL end
else
  add_jobs(new, lane_names, payloads)
end
flush_events()
return outcomes
