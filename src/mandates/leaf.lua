-- Where records stand in the data of one generation; `data` is the prefix of its keys: docs/decisions/0028-redis-bytes.md.

-- The hash that holds the records of this id with those of its neighbours. How many hashes there are stands behind the
-- number of the generation, as so many bits.
local last_data, bits

local function bucket(data, id)
  if data ~= last_data then
    last_data, bits = data, tonumber(string.match(data, '%-(%d+):$'))
  end
  local high, middle, low = string.byte(id, 1, 3)
  return string.format('%x', bit.rshift(high * 65536 + middle * 256 + low, 24 - bits))
end

-- A member behind its length: one byte, or 255 and four bytes.
local function sized(member)
  local length = #member
  return (length < 255 and string.char(length) or '\255' .. struct.pack('>I4', length)) .. member
end

-- First and last byte of the sized member that begins at `pos`.
local function span(held, pos)
  local length, start = string.byte(held, pos), pos + 1
  if length == 255 then
    length, start = struct.unpack('>I4', held, start), start + 4
  end
  local stop = start + length - 1
  if length < 16 or stop > #held then
    error('a member is cut off')
  end
  return start, stop
end

local function digit_of(id, depth)
  local byte = string.byte(id, math.floor(depth / 2) + 1)
  return depth % 2 == 0 and bit.rshift(byte, 4) or bit.band(byte, 15)
end

local function child_of(key, digit)
  return key .. string.format('%x', digit)
end

-- Whether it says behind which digits there are leaves, rather than being one: no leaf is that short.
local function is_branching(held)
  return #held == 3 and string.byte(held) == 0
end

-- Many members stand under `root`: all in one string (a leaf), or, once they are too many, under a further digit of the
-- ids they begin with. Then a zero byte and two bytes stand there instead, which say behind which digits there are
-- any: so a leaf that was lost is missed. Returns the key of the leaf for an id, what it holds (nil: nothing), its depth.
local function leaf_of(root, id)
  local key, depth, held = root, 0, redis.call('GET', root)
  while held and is_branching(held) do
    local digit = digit_of(id, depth)
    local there = bit.band(struct.unpack('>I2', held, 2), bit.lshift(1, digit)) ~= 0
    key, depth = child_of(key, digit), depth + 1
    held = there and (redis.call('GET', key) or error('a leaf is missing'))
  end
  if held == '' then
    error('a leaf is empty')
  end
  return key, held or nil, depth
end

local EVERYTHING = string.byte('e')

-- Where a packed scope key ends that begins at `pos`; a checksum of four bytes follows.
local function scope_end(held, pos)
  return string.byte(held, pos) == EVERYTHING and pos or pos + 16
end
