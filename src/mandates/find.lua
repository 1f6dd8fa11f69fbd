#!lua flags=no-writes
-- Looks up one record in the data of one generation. `data` is the prefix of its keys.

local function bucket(id)
  return string.format('%02x%02x', string.byte(id, 1, 2))
end

-- Returns the value under a packed record key, false, or the members of a list that has its own hash.
local function find(data, key)
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
