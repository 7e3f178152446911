-- One command for many ids: in a script, a call costs several times what one more member of it does.
local MEMBERS = 1000 -- of one call, and even, as some come in pairs: Lua hands over 8,000 values at most

local function last_member(first, members)
  return math.min(first + MEMBERS - 1, #members)
end

-- Runs a command that takes a key and any number of members. Numbers among them are best made strings
-- before, and once: Redis writes out each number that it is given, with 17 digits, by the slowest way.
local function write_all(command, name, members)
  for first = 1, #members, MEMBERS do
    redis.call(command, name, unpack(members, first, last_member(first, members)))
  end
end

-- Reads a hash: the value of each id, in their order, or false where it has none.
local function read_all(hash, ids)
  local values = {}
  for first = 1, #ids, MEMBERS do
    local some = redis.call('HMGET', hash, unpack(ids, first, last_member(first, ids)))
    for _, value in ipairs(some) do values[#values + 1] = value end
  end
  return values
end
