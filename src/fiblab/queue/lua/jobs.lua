-- jobs: lists jobs by state and lane, one page of them. Changes nothing.
--
-- KEYS     the queue's (parts/keys.lua)
-- ARGV     lanes, event cap, offset, limit, lane ("" for any), then the wanted states
-- Returns  { offset of the next page or -1, { jobs as of parts/describe_one.lua } }
-- Events   none
--@include keys
--@include describe_one
local offset, limit, wanted_lane, FIRST_STATE = integer(3), integer(4), ARGV[5], 6
local LOOK_LIMIT = 500 -- ids looked at for one page of one lane: bounds how long one call may take

-- A lane in the order in which it is claimed: the next one, at the list's right end, first.
local function in_line(lane)
  return { size = redis.call('LLEN', ready[lane]), read = function(from, to)
    local ids, reversed = {}, redis.call('LRANGE', ready[lane], -1 - to, -1 - from)
    for at = #reversed, 1, -1 do ids[#ids + 1] = reversed[at] end
    return ids
  end }
end

local function soonest_first(zset)
  return { size = redis.call('ZCARD', zset), read = function(from, to)
    return redis.call('ZRANGE', zset, from, to)
  end }
end

local function latest_first(zset)
  return { size = redis.call('ZCARD', zset), read = function(from, to)
    return redis.call('ZREVRANGE', zset, from, to)
  end }
end

local sections = {}
local function add_sections_of(state)
  if state == 'leased' then sections[#sections + 1] = soonest_first(key.leases) end
  if state == 'delayed' then sections[#sections + 1] = soonest_first(key.delayed) end
  if state == 'dead' then sections[#sections + 1] = latest_first(key.dead_by_time) end
  if state ~= 'ready' then return end
  for _, lane in ipairs(lanes) do
    if wanted_lane == '' or wanted_lane == lane then sections[#sections + 1] = in_line(lane) end
  end
end

-- The ids from the offset on, as if all sections were one list, and how long that list is.
local function ids_from_offset(most)
  local ids, total = {}, 0
  for _, section in ipairs(sections) do
    local from = offset + #ids - total
    if #ids < most and from < section.size then
      for _, id in ipairs(section.read(from, from + most - #ids - 1)) do ids[#ids + 1] = id end
    end
    total = total + section.size
  end
  return ids, total
end

for at = FIRST_STATE, #ARGV do add_sections_of(ARGV[at]) end
local ids, total = ids_from_offset(wanted_lane == '' and limit or LOOK_LIMIT)
local page, looked_at = {}, 0
for _, id in ipairs(ids) do
  if #page == limit then break end
  looked_at = looked_at + 1
  local job = describe_one(id)
  if job and (wanted_lane == '' or read_record(job[2]).lane == wanted_lane) then page[#page + 1] = job end
end
local following = offset + looked_at
return { following < total and following or -1, page }
