--@include record
-- Dead letters: jobs that were given up, kept with their reason.
local function drop_dead_letters(ids)
  if redis.call('EXISTS', key.dead) == 0 then return end
  write_all('HDEL', key.dead, ids)
  write_all('HDEL', key.reason, ids)
  write_all('ZREM', key.dead_by_time, ids)
end

-- The oldest beyond the cap are dropped; their reasons live on in whatever ledger the caller keeps.
local function trim_dead_letters(cap)
  local surplus = redis.call('ZCARD', key.dead_by_time) - cap
  if surplus > 0 then drop_dead_letters(redis.call('ZRANGE', key.dead_by_time, 0, surplus - 1)) end
end

-- Gives a job up. Its id is free again: deduplication ends here.
local function bury(id, attempts, category, detail, cap)
  local record = redis.call('HGET', key.job, id)
  forget({ id })
  redis.call('HSET', key.dead, id, record)
  redis.call('HSET', key.reason, id,
    cjson.encode({ attempts = attempts, category = category, detail = detail, died = now }))
  redis.call('ZADD', key.dead_by_time, now, id)
  note('dead', id, (string.gsub(category, ' ', '_'))) -- a space would begin the next job's event
  trim_dead_letters(cap)
end
