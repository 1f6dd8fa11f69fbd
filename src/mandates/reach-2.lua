#!lua flags=no-writes
-- One step through those connected to a party, or through all services, in one partition.
-- KEYS head, stream
-- ARGV prefix of the partition's keys; what: `r` represented, `m` delegates, `s` services; party id; cursor; count;
--   revision at the first step (empty: this is the first); for `m` the scope keys, packed, of which one is enough (none: any)
-- Returns header, generation, revision, which run of the server, next cursor (`0`: that was all; `-`: begin anew), and
-- ids or services. A cursor means nothing to another server, nor to another copy: whoever meets one begins anew.
local header, generation, revision = unpack(redis.call('HMGET', KEYS[1], 'header', 'generation', 'revision'))
if not generation then
  return { header, generation, revision }
end
local prefix, what, party, cursor, count, since = unpack(ARGV)
local data = prefix .. generation .. ':'
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local MOST_TO_LOOK_BACK = 262144 -- bytes of record keys: some milliseconds

local function scan(hash)
  local next_cursor, flat = unpack(redis.call('HSCAN', hash, cursor, 'COUNT', count))
  local fields = {}
  for i = 1, #flat, 2 do
    fields[#fields + 1] = flat[i]
  end
  return next_cursor, fields
end

-- Inline members stand behind their length, and are given whole: an inline list has no cursor.
local function represented()
  local held = redis.call('HGET', data .. 'r:' .. string.format('%02x%02x', string.byte(party, 1, 2)), string.sub(party, 3))
  if held == '\0' then
    return scan(data .. 'y:' .. party)
  end
  local ids, pos = {}, 1
  while held and pos <= #held do
    ids[#ids + 1] = string.sub(held, pos + 1, pos + 16)
    pos = pos + 1 + string.byte(held, pos)
  end
  return '0', ids
end

-- Hands every record key to `see` that the stream names since then. False when it does not tell.
local function each_touched(see)
  local stop, seen = '+', 0
  while true do
    local entries = redis.call('XREVRANGE', KEYS[2], stop, '-', 'COUNT', 20)
    if #entries == 0 then
      return false
    end
    for _, entry in ipairs(entries) do
      local name, from, _, _, how, keys = unpack(entry[2])
      if name == 'from' then
        seen = seen + #(keys or '')
        if how ~= 'keys' or seen > MOST_TO_LOOK_BACK then
          return false
        end
        local pos = 1
        while pos <= #keys do
          local length = struct.unpack('>H', keys, pos)
          see(string.sub(keys, pos + 2, pos + 1 + length))
          pos = pos + 2 + length
        end
        if from == since then
          return true
        end
      end
      stop = '(' .. entry[1]
    end
  end
end

-- A delegate has as many fields as scopes. One who loses one and gets another meanwhile is there throughout, and may
-- be met under neither: so whoever was touched is given as well.
local function delegates()
  local wanted = #ARGV > 6 and {} or nil
  for i = 7, #ARGV do
    wanted[ARGV[i]] = true
  end
  local next_cursor, fields = scan(data .. 'm:' .. party)
  local ids, seen = {}, {}
  local function see(id, scope)
    if not seen[id] and (not wanted or wanted[scope]) then
      seen[id] = true
      ids[#ids + 1] = id
    end
  end
  for _, field in ipairs(fields) do
    see(string.sub(field, 1, 16), string.sub(field, 17))
  end
  if next_cursor == '0' and since ~= '' and since ~= revision then
    local mine = 'm' .. party
    local told = each_touched(function(key)
      if string.sub(key, 1, 17) == mine then
        see(string.sub(key, 18, 33), string.sub(key, 34))
      end
    end)
    next_cursor = told and '0' or '-'
  end
  return next_cursor, ids
end

local next_cursor, found
if what == 'r' then
  next_cursor, found = represented()
elseif what == 'm' then
  next_cursor, found = delegates()
else
  next_cursor, found = scan(data .. 's')
end
return { header, generation, revision, run, next_cursor, found }
