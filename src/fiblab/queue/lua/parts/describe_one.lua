--@include record
--@include status_one
-- All there is to tell of one job: { id, record, ms left of its lease or delay, state, attempts, progress,
-- reason }, the last four as of status; nil where there is no such job.
local function describe_one(id)
  local record = redis.call('HGET', key.job, id) or redis.call('HGET', key.dead, id)
  if not record then return nil end
  local ends = redis.call('ZSCORE', key.leases, id) or redis.call('ZSCORE', key.delayed, id)
  return { id, record, math.max(0, (tonumber(ends) or now) - now), unpack(status_one(id)) }
end
