-- Records as they stand, for comparing them with the register. Behind find.lua.
-- KEYS head   ARGV prefix of the partition's keys, packed record keys, each behind its length in two bytes
-- Returns generation, revision, and for each key what `find` found, or nothing at all where it failed.
local generation, revision = unpack(redis.call('HMGET', KEYS[1], 'generation', 'revision'))
local held = { generation, revision }
if not generation then
  return held
end
-- While the slot goes to another server of a cluster, what is not here is not damaged: Redis answers with an error.
redis.call('EXISTS', ARGV[1] .. 'never')
local data, keys, pos = ARGV[1] .. generation .. ':', ARGV[2], 1
while pos <= #keys do
  local length = struct.unpack('>H', keys, pos)
  -- What is damaged is told as a value that no layout writes: the others are compared all the same.
  local is_whole, value = pcall(find, data, string.sub(keys, pos + 2, pos + 1 + length))
  held[#held + 1] = is_whole and value or not is_whole and ''
  pos = pos + 2 + length
end
return held
