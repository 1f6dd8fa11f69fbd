-- Applies packed writes (redis-ops.ts) to the data of one generation. `data` is the prefix of its keys.

local INLINE_AT_MOST = 64 -- what a listpack of Redis takes as one value, by default
local MARK = '\0' -- in place of the members: they stand in a hash of their own

local function bucket(id)
  return string.format('%02x%02x', string.byte(id, 1, 2))
end

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

-- Counts the entries of delegate -> represented up or down; gone when there are none.
local function count_pair(data, delegate, represented, by)
  local hash = data .. 'r:' .. bucket(delegate)
  local field = string.sub(delegate, 3)
  if by == 1 and redis.call('HSETNX', hash, field, '\20' .. represented .. '\0\0\0\1') == 1 then
    return
  end
  local own = data .. 'y:' .. delegate
  local held = redis.call('HGET', hash, field) or ''
  local others, member = held, nil
  if held == MARK then
    member = redis.call('HGET', own, represented)
    member = member and represented .. member
  else
    others, member = without(held, represented)
  end
  local count = by + (member and struct.unpack('>I4', member, 17) or 0)
  if count < 1 then
    drop_member(hash, field, own, represented)
  elseif held == MARK then
    redis.call('HSET', own, represented, struct.pack('>I4', count))
  elseif #others < 43 then
    redis.call('HSET', hash, field, others .. '\20' .. represented .. struct.pack('>I4', count))
  else
    put_member(hash, field, own, represented, struct.pack('>I4', count))
  end
end

local function write_mandate(data, put, key, value)
  local represented = string.sub(key, 2, 17)
  local delegate = string.sub(key, 18, 33)
  local hash = data .. 'm:' .. represented
  local field = string.sub(key, 18)
  local own = data .. 'x:' .. string.sub(key, 2)
  local id = string.sub(value, 1, 16)
  if put then
    if put_member(hash, field, own, id, string.sub(value, 17)) then
      count_pair(data, delegate, represented, 1)
    end
  elseif drop_member(hash, field, own, id) then
    count_pair(data, delegate, represented, -1)
  end
end

local function write_link(data, put, key, value)
  local actor = string.sub(key, 2)
  local hash = data .. 'l:' .. bucket(actor)
  local write = put and put_member or drop_member
  write(hash, string.sub(actor, 3), data .. 'z:' .. actor, value, '')
end

-- A record by itself: services and definitions in one hash, the rest in buckets.
local function write_record(data, put, kind, key, value)
  local hash, field
  if kind == 's' or kind == 'd' then
    hash, field = data .. kind, string.sub(key, 2)
  else
    hash, field = data .. kind .. ':' .. bucket(string.sub(key, 2, 3)), string.sub(key, 4)
  end
  if put then
    redis.call('HSET', hash, field, value)
  else
    redis.call('HDEL', hash, field)
  end
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
    if kind == 'm' then
      write_mandate(data, flag == 1, key, value)
    elseif kind == 'l' then
      write_link(data, flag == 1, key, value)
    else
      write_record(data, flag == 1, kind, key, value)
    end
  end
end
