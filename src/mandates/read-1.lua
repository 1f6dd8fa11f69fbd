-- Many records of one partition at one moment, so that no reader sees half of a change or of a swap.
-- KEYS head   ARGV prefix of the partition's keys, packed record keys, each behind its length in two bytes
-- Returns header, generation, revision, and for each key what `find` found. Behind find.lua.
local header, generation, revision = unpack(redis.call('HMGET', KEYS[1], 'header', 'generation', 'revision'))
local found = { header, generation, revision }
if not generation then
  return found
end
local data = ARGV[1] .. generation .. ':'

local keys = ARGV[2]
local pos = 1
while pos <= #keys do
  local length = struct.unpack('>H', keys, pos)
  found[#found + 1] = find(data, string.sub(keys, pos + 2, pos + 1 + length))
  pos = pos + 2 + length
end
return found
