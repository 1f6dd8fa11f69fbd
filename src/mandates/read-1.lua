#!lua flags=no-writes
-- Many records of one partition at one moment, so that no reader sees half of a change or of a swap.
-- KEYS head   ARGV prefix of the partition's keys, packed record keys, each behind its length in two bytes
-- Returns header, generation, revision, and for each key the value, false, or the members of a list that has its own hash.
local header, generation, revision = unpack(redis.call('HMGET', KEYS[1], 'header', 'generation', 'revision'))
local found = { header, generation, revision }
if not generation then
  return found
end
local data = ARGV[1] .. generation .. ':'

local function bucket(id)
  return string.format('%02x%02x', string.byte(id, 1, 2))
end

local function find(key)
  local kind = string.sub(key, 1, 1)
  if kind == 'm' then
    local held = redis.call('HGET', data .. 'm:' .. string.sub(key, 2, 17), string.sub(key, 18))
    return held == '\0' and redis.call('HGETALL', data .. 'x:' .. string.sub(key, 2)) or held
  end
  if kind == 's' or kind == 'd' then
    return redis.call('HGET', data .. kind, string.sub(key, 2))
  end
  local held = redis.call('HGET', data .. kind .. ':' .. bucket(string.sub(key, 2, 3)), string.sub(key, 4))
  if kind == 'l' and held == '\0' then
    return redis.call('HGETALL', data .. 'z:' .. string.sub(key, 2))
  end
  return held
end

local keys = ARGV[2]
local pos = 1
while pos <= #keys do
  local length = struct.unpack('>H', keys, pos)
  found[#found + 1] = find(string.sub(keys, pos + 2, pos + 1 + length))
  pos = pos + 2 + length
end
return found
