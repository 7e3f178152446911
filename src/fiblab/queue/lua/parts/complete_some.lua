--@include events
--@include record
-- Ends jobs whose nonces still hold: ARGV from `first` on is id, nonce, id, nonce, …
-- Returns 1 for each that was completed, 0 for each that was stale and changed nothing.
local function complete_some(first)
  local outcomes = {}
  for at = first, #ARGV, 2 do
    local id, nonce = ARGV[at], ARGV[at + 1]
    if holds(id, nonce) then
      forget(id)
      note('completed', id)
      outcomes[#outcomes + 1] = 1
    else
      outcomes[#outcomes + 1] = 0
    end
  end
  return outcomes
end
