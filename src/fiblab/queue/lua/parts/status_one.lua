-- Where one job is: { state, attempts, progress, reason }, "" where there is nothing to tell.
local function status_one(id)
  if redis.call('HEXISTS', key.job, id) == 0 then
    local reason = redis.call('HGET', key.reason, id)
    return reason and { 'dead', 0, '', reason } or { 'gone', 0, '', '' }
  end
  local state = 'ready'
  if redis.call('HEXISTS', key.nonce, id) == 1 then
    state = 'leased'
  elseif redis.call('ZSCORE', key.delayed, id) then
    state = 'delayed'
  end
  local attempts = redis.call('HGET', key.attempts, id)
  return { state, tonumber(attempts) or 0, redis.call('HGET', key.progress, id) or '', '' }
end
