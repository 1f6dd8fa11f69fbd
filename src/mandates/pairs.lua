-- Delegate -> represented parties: up to four ids inline, more as leaves of ids under y:. Behind tree.lua.

local INLINE_AT_MOST = 64 -- what a listpack of Redis takes as one value, by default
local MARK = '\0' -- in place of the ids: they stand apart

local function id_span(held, pos)
  if pos + 15 > #held then
    error('an id is cut off')
  end
  return pos, pos + 15
end

-- Takes an id out of a row of ids, or puts it in.
local function with_id(held, id, put)
  for pos = 1, #held, 16 do
    local start, stop = id_span(held, pos)
    if string.sub(held, start, stop) == id then
      return put and held or string.sub(held, 1, start - 1) .. string.sub(held, stop + 1)
    end
  end
  return put and held .. id or held
end

local function write_far_pair(data, delegate, represented, put)
  local key, held, depth = leaf_of(data .. 'y:' .. delegate, represented)
  write_leaf(key, with_id(held or '', represented, put), depth, held == nil, id_span)
  return redis.call('EXISTS', data .. 'y:' .. delegate) == 1
end

-- What stands inline from now on; empty: nothing. Beyond what fits, it moves.
local function inline_pairs(data, delegate, ids)
  if #ids <= INLINE_AT_MOST then
    return ids
  end
  store(data .. 'y:' .. delegate, ids, 0, id_span)
  return MARK
end

local function write_pair(data, delegate, represented, put)
  local hash, field = data .. 'r:' .. bucket(data, delegate), string.sub(delegate, 2)
  if put and redis.call('HSETNX', hash, field, represented) == 1 then
    return
  end
  local before = redis.call('HGET', hash, field) or ''
  local after
  if before == MARK then
    after = write_far_pair(data, delegate, represented, put) and MARK or ''
  else
    after = inline_pairs(data, delegate, with_id(before, represented, put))
  end
  if after == '' then
    redis.call('HDEL', hash, field)
  elseif after ~= before then
    redis.call('HSET', hash, field, after)
  end
end
