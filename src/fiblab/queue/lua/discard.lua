-- discard: drops dead letters for good.
--
-- KEYS     the queue's (parts/keys.lua)
-- ARGV     lanes, event cap, then the ids
-- Returns  for each id 1 discarded, or 0 no such dead letter
-- Events   discarded
--@include keys
--@include events
--@include dead_letter
local outcomes, FIRST_ID = {}, 3
for at = FIRST_ID, #ARGV do
  local id = ARGV[at]
  local found = redis.call('HEXISTS', key.dead, id)
  if found == 1 then
    drop_dead_letters({ id })
    note('discarded', id)
  end
  outcomes[#outcomes + 1] = found
end
flush_events()
return outcomes
