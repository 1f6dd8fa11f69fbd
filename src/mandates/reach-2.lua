-- One step through those connected to a party, in the order of their ids, or through all services, in one partition.
-- KEYS head
-- ARGV prefix of the partition's keys; what: `r` represented, `m` delegates, `s` services; party id; cursor (`0`: begin);
--   count; for `m` the scope keys, packed, of which one is enough (none: any)
-- Returns header, generation, revision, which run of the server, next cursor (`0`: that was all), and ids or services.
-- A cursor of services means nothing to another server, nor to another copy: whoever meets one begins anew.
-- Behind no-writes.lua and leaf.lua.
local header, generation, revision = unpack(redis.call('HMGET', KEYS[1], 'header', 'generation', 'revision'))
if not generation then
  return { header, generation, revision }
end
local prefix, what, party, cursor, count = unpack(ARGV)
local data = prefix .. generation .. ':'
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')

-- The ids that leaves begin with, in order. `from`: digits that the next id to be given begins with, or lies behind.
local function hex(id)
  return (string.gsub(id, '.', function(byte)
    return string.format('%02x', string.byte(byte))
  end))
end

-- What comes behind everything that begins with these digits; nil: nothing does.
local function behind(digits)
  local kept = string.match(digits, '^(.-)f*$')
  if kept ~= '' then
    return string.sub(kept, 1, -2) .. string.format('%x', tonumber(string.sub(kept, -1), 16) + 1)
  end
end

-- The leaf where ids from `from` on stand, and the digits it stands under. Nil: none under these digits.
local function leaf_at(root, from)
  local digits, held = '', redis.call('GET', root)
  while held and is_branching(held) do
    local digit = tonumber(string.sub(from, #digits + 1, #digits + 1), 16) or 0
    digits = child_of(digits, digit)
    local there = bit.band(struct.unpack('>I2', held, 2), bit.lshift(1, digit)) ~= 0
    held = there and (redis.call('GET', root .. digits) or error('a leaf is missing'))
  end
  return held, digits
end

-- Gives at least `count` ids, unless there are no more; `ids_of` those of a leaf. Returns from where to go on, if so.
local function walk(root, from, ids_of)
  local given = {}
  while from and #given < tonumber(count) do
    local held, digits = leaf_at(root, from)
    local named = {}
    for _, id in ipairs(held and ids_of(held) or {}) do
      if #from <= #digits or hex(id) >= from then
        named[#named + 1] = id
      end
    end
    table.sort(named)
    local fits = math.min(#named, count - #given)
    for i = 1, fits do
      given[#given + 1] = named[i]
    end
    from = fits < #named and hex(named[fits + 1]) or behind(digits)
  end
  return from and 'x' .. from or '0', given
end

local function represented()
  local held = redis.call('HGET', data .. 'r:' .. bucket(data, party), string.sub(party, 2))
  local function ids_of(leaf)
    local ids = {}
    for pos = 1, #leaf, 16 do
      ids[#ids + 1] = string.sub(leaf, pos, pos + 15)
    end
    return ids
  end
  if held == '\0' then
    if redis.call('EXISTS', data .. 'y:' .. party) == 0 then
      error('a list is missing')
    end
    return walk(data .. 'y:' .. party, string.sub(cursor, 2), ids_of)
  end
  return '0', held and ids_of(held) or {}
end

local function is_wanted(held, start, stop, wanted)
  if stop == start + 15 then
    local own = data .. 'x:' .. party .. string.sub(held, start, stop)
    for scope in pairs(wanted) do
      if redis.call('HEXISTS', own, scope) == 1 then
        return true
      end
    end
    return false
  end
  local pos = start + 33
  for _ = 1, string.byte(held, start + 32) do
    local last = scope_end(held, pos)
    if wanted[string.sub(held, pos, last)] then
      return true
    end
    pos = last + 5
  end
  return false
end

local function delegates()
  local wanted = #ARGV > 5 and {} or nil
  for i = 6, #ARGV do
    wanted[ARGV[i]] = true
  end
  return walk(data .. 'm:' .. party, string.sub(cursor, 2), function(leaf)
    local ids, seen, pos = {}, {}, 1
    while pos <= #leaf do
      local start, stop = span(leaf, pos)
      local id = string.sub(leaf, start, start + 15)
      if not seen[id] and (not wanted or is_wanted(leaf, start, stop, wanted)) then
        seen[id] = true
        ids[#ids + 1] = id
      end
      pos = stop + 1
    end
    return ids
  end)
end

local function services()
  local next_cursor, flat = unpack(redis.call('HSCAN', data .. 's', cursor, 'COUNT', count))
  local fields = {}
  for i = 1, #flat, 2 do
    fields[#fields + 1] = flat[i]
  end
  return next_cursor, fields
end

local next_cursor, found
if what == 'r' then
  next_cursor, found = represented()
elseif what == 'm' then
  next_cursor, found = delegates()
else
  next_cursor, found = services()
end
return { header, generation, revision, run, next_cursor, found }
