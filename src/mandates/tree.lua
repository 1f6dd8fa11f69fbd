-- Writes leaves (leaf.lua). `span_of(held, pos)` gives first and last byte of the member that begins at `pos`.

local function store_bits(key, bits)
  redis.call('SET', key, '\0' .. struct.pack('>I2', bits))
end

-- Says in the leaf's parent whether it is there; a parent without any goes, and so on upwards.
local function tell_parent(key, depth, is_there)
  while depth > 0 do
    local parent, digit = string.sub(key, 1, -2), tonumber(string.sub(key, -1), 16)
    local before = struct.unpack('>I2', redis.call('GET', parent), 2)
    local mask = bit.lshift(1, digit)
    local bits = is_there and bit.bor(before, mask) or bit.band(before, bit.bnot(mask))
    if bits ~= 0 then
      return bits ~= before and store_bits(parent, bits)
    end
    redis.call('DEL', parent)
    key, depth = parent, depth - 1
  end
end

-- Nothing of before is left under the digits: a leaf that was lost sight of would otherwise come back with old members.
local function store(key, held, depth, span_of)
  if #held <= LEAF_AT_MOST or depth == 32 then
    redis.call('SET', key, held)
    return
  end
  local parts, pos = {}, 1
  while pos <= #held do
    local start, stop = span_of(held, pos)
    local digit = digit_of(string.sub(held, start, start + 15), depth)
    parts[digit] = parts[digit] or {}
    table.insert(parts[digit], string.sub(held, pos, stop))
    pos = stop + 1
  end
  local bits = 0
  for digit = 0, 15 do
    if parts[digit] then
      bits = bits + bit.lshift(1, digit)
      store(child_of(key, digit), table.concat(parts[digit]), depth + 1, span_of)
    else
      redis.call('DEL', child_of(key, digit))
    end
  end
  store_bits(key, bits)
end

-- Writes what a leaf holds from now on; it goes when that is nothing.
local function write_leaf(key, held, depth, is_new, span_of)
  if held ~= '' then
    store(key, held, depth, span_of)
    if is_new then
      tell_parent(key, depth, true)
    end
  elseif not is_new then
    redis.call('DEL', key)
    tell_parent(key, depth, false)
  end
end
