-- Many records of one partition at one moment, so that no reader sees half of a change or of a swap.
-- KEYS head
-- ARGV prefix of the partition's keys; packed record keys, each behind its length in two bytes; what to read ahead:
--   nothing (empty), what lies in the `same` partition as what was asked for, or `all` of it since there is but one
-- Returns header, generation, revision, for each key what `find` found, and last what was read ahead: key, value, key,
-- value. Behind find.lua and paths.lua.
local header, generation, revision = unpack(redis.call('HMGET', KEYS[1], 'header', 'generation', 'revision'))
if not generation then
  return { header, generation, revision }
end
local prefix, keys, ahead = unpack(ARGV)
local data = prefix .. generation .. ':'

local asked, found = {}, {}
local pos = 1
while pos <= #keys do
  local length = struct.unpack('>H', keys, pos)
  asked[#asked + 1] = string.sub(keys, pos + 2, pos + 1 + length)
  found[#found + 1] = find(data, asked[#asked])
  pos = pos + 2 + length
end

local reply = { header, generation, revision }
for i = 1, #found do
  reply[#reply + 1] = found[i]
end
reply[#reply + 1] = ahead == '' and {} or read_ahead(data, asked, found, ahead == 'all')
return reply
