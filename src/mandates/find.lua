-- Looks up one record in the data of one generation. Behind no-writes.lua and leaf.lua.

-- A question asks for one pair under several scopes: the leaf is the same.
local last_root, last_delegate, last_held

local function leaf_of_pair(data, pair)
  local root, delegate = data .. 'm:' .. string.sub(pair, 1, 16), string.sub(pair, 17)
  if root ~= last_root or delegate ~= last_delegate then
    local _, held = leaf_of(root, delegate)
    last_root, last_delegate, last_held = root, delegate, held
  end
  return last_held, delegate
end

-- Body and checksum of a member, as one value, when it stands under this scope.
local function value_under(scope, held, start, stop)
  local pos = start + 33
  local count = string.byte(held, start + 32)
  for i = 1, count do
    local last = scope_end(held, pos)
    if string.sub(held, pos, last) == scope then
      local checksum = string.sub(held, last + 1, last + 4)
      for _ = i + 1, count do
        last = scope_end(held, last + 5)
      end
      return string.sub(held, last + 5, stop) .. checksum
    end
    pos = last + 5
  end
end

local function found_apart(own, scope)
  local held = redis.call('HGET', own, scope)
  if not held and redis.call('EXISTS', own) == 0 then
    error('a list is missing')
  end
  return held
end

-- The mandates of a pair under one scope, each sized: id, body, checksum. False when there are none.
local function find_mandates(data, pair, scope)
  local held, delegate = leaf_of_pair(data, pair)
  local found, pos = {}, 1
  while held and pos <= #held do
    local start, stop = span(held, pos)
    if string.sub(held, start, start + 15) == delegate then
      if stop == start + 15 then
        return found_apart(data .. 'x:' .. pair, scope)
      end
      local value = value_under(scope, held, start, stop)
      if value then
        found[#found + 1] = sized(string.sub(held, start + 16, start + 31) .. value)
      end
    end
    pos = stop + 1
  end
  return #found > 0 and table.concat(found)
end

-- Returns the value under a packed record key, false, or the members of a list that has its own hash.
local function find(data, key)
  local kind = string.sub(key, 1, 1)
  if kind == 'm' then
    return find_mandates(data, string.sub(key, 2, 33), string.sub(key, 34))
  end
  if kind == 's' or kind == 'd' then
    return redis.call('HGET', data .. kind, string.sub(key, 2))
  end
  local held = redis.call('HGET', data .. kind .. ':' .. bucket(data, string.sub(key, 2, 4)), string.sub(key, 3))
  if kind == 'l' and held == '\0' then
    return redis.call('HGETALL', data .. 'z:' .. string.sub(key, 2))
  end
  return held
end
