--@include events
--@include record
-- Ends jobs whose nonces still hold: ARGV from `first` on is id, nonce, id, nonce, …
-- Returns 1 for each that was completed, 0 for each that was stale and changed nothing.
local function complete_some(first)
  local ids, nonces = {}, {}
  for at = first, #ARGV, 2 do
    ids[#ids + 1], nonces[#nonces + 1] = ARGV[at], ARGV[at + 1]
  end

  local held, completed, outcomes = read_all(key.nonce, ids), {}, {}
  local seen = {} -- a job that is named twice is stale the second time
  for at, id in ipairs(ids) do
    local holds_still = held[at] == nonces[at] and not seen[id]
    if holds_still then
      seen[id] = true
      completed[#completed + 1] = id
      note('completed', id)
    end
    outcomes[at] = holds_still and 1 or 0
  end
  forget(completed)
  return outcomes
end
