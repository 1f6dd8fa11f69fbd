-- Applies packed writes (redis-ops.ts) to the data of one generation. `data` is the prefix of its keys. Behind mandates.lua.

-- Takes one member out of an inline list. Members stand behind their length; `id` is how a member begins.
local function without(held, id)
  local pos = 1
  while pos <= #held do
    local length = string.byte(held, pos)
    if string.sub(held, pos + 1, pos + #id) == id then
      return string.sub(held, 1, pos - 1) .. string.sub(held, pos + 1 + length), string.sub(held, pos + 1, pos + length)
    end
    pos = pos + 1 + length
  end
  return held, nil
end

-- Moves inline members to their own hash: id -> what stands behind the id.
local function spill(own, held, id_length)
  local pos = 1
  redis.call('DEL', own)
  while pos <= #held do
    local length = string.byte(held, pos)
    local stop = pos + id_length
    redis.call('HSET', own, string.sub(held, pos + 1, stop), string.sub(held, stop + 1, pos + length))
    pos = pos + 1 + length
  end
end

-- Adds or replaces a member. Returns whether it is new.
local function put_member(hash, field, own, id, rest)
  local size = #id + #rest
  local fits = size < INLINE_AT_MOST
  local member = fits and string.char(size) .. id .. rest
  if fits and redis.call('HSETNX', hash, field, member) == 1 then
    return true
  end
  local held = redis.call('HGET', hash, field) or ''
  if held == MARK then
    return redis.call('HSET', own, id, rest) == 1
  end
  local others, replaced = without(held, id)
  if fits and #others + #member <= INLINE_AT_MOST then
    redis.call('HSET', hash, field, others .. member)
  else
    spill(own, others, #id)
    redis.call('HSET', own, id, rest)
    redis.call('HSET', hash, field, MARK)
  end
  return replaced == nil
end

-- Takes a member out. Returns whether it was there.
local function drop_member(hash, field, own, id)
  local held = redis.call('HGET', hash, field)
  if not held then
    return false
  end
  if held == MARK then
    local dropped = redis.call('HDEL', own, id) == 1
    if redis.call('EXISTS', own) == 0 then
      redis.call('HDEL', hash, field)
    end
    return dropped
  end
  local others, dropped = without(held, id)
  if dropped == nil then
    return false
  end
  if others == '' then
    redis.call('HDEL', hash, field)
  else
    redis.call('HSET', hash, field, others)
  end
  return true
end

local function write_link(data, put, key, value)
  local actor = string.sub(key, 2)
  local hash = data .. 'l:' .. bucket(data, actor)
  local write = put and put_member or drop_member
  write(hash, string.sub(actor, 2), data .. 'z:' .. actor, value, '')
end

-- A record by itself: services and definitions in one hash, the rest in buckets.
local function write_record(data, put, kind, key, value)
  local hash, field
  if kind == 's' or kind == 'd' then
    hash, field = data .. kind, string.sub(key, 2)
  else
    hash, field = data .. kind .. ':' .. bucket(data, string.sub(key, 2, 4)), string.sub(key, 3)
  end
  if put then
    redis.call('HSET', hash, field, value)
  else
    redis.call('HDEL', hash, field)
  end
end

-- Fields of one hash: how many strings there are, in two bytes, and each behind its length in one.
local function put_fields(hash, fields)
  local strings = { struct.unpack('>H' .. string.rep('Bc0', (struct.unpack('>H', fields))), fields) }
  strings[1] = hash
  strings[#strings] = nil -- where the last one ended
  redis.call('HSET', unpack(strings))
end

local function apply_ops(data, ops)
  local pos = 1
  while pos <= #ops do
    local flag, key_length, value_length = struct.unpack('>BHI4', ops, pos)
    local value_at = pos + 7 + key_length
    local key = string.sub(ops, pos + 7, value_at - 1)
    pos = value_at + value_length
    local value = string.sub(ops, value_at, pos - 1)
    local kind = string.sub(key, 1, 1)
    if flag == 2 then
      redis.call('SET', data .. key, value)
    elseif flag == 3 then
      write_pair(data, key, value, true)
    elseif flag == 4 then
      put_fields(data .. key, value)
    elseif kind == 'm' then
      write_mandate(data, flag == 1, key, value)
    elseif kind == 'l' then
      write_link(data, flag == 1, key, value)
    else
      write_record(data, flag == 1, kind, key, value)
    end
  end
end
