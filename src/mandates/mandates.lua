-- Mandates of a represented party in leaves under m:. A member is delegate, mandate id, number of scopes, each scope key
-- with its checksum, body; a delegate alone: his mandates are many, and stand by scope in a hash under x:. Behind pairs.lua.

-- The scopes of a member, each with its checksum, and its body.
local function parts_of(member)
  local scopes, pos = {}, 34
  for _ = 1, string.byte(member, 33) do
    local last = scope_end(member, pos) + 4
    scopes[#scopes + 1] = string.sub(member, pos, last)
    pos = last + 1
  end
  return scopes, string.sub(member, pos)
end

local function member_of(pair_and_id, scopes, body)
  return sized(pair_and_id .. string.char(#scopes) .. table.concat(scopes) .. body)
end

-- Under its scopes in a hash of their own, as `find` gives them.
local function move_apart(own, members)
  local lists = {}
  for _, member in ipairs(members) do
    local scopes, body = parts_of(member)
    for _, scope in ipairs(scopes) do
      local name = string.sub(scope, 1, -5)
      lists[name] = (lists[name] or '') .. sized(string.sub(member, 17, 32) .. body .. string.sub(scope, -4))
    end
  end
  redis.call('DEL', own)
  for name, list in pairs(lists) do
    redis.call('HSET', own, name, list)
  end
end

-- A delegate who takes most of a leaf gets a hash of his own: no digit would part his mandates.
local function write_mandates_leaf(data, represented, delegate, key, kept, depth, is_new)
  local held = table.concat(kept)
  if #held > LEAF_AT_MOST then
    local others, his, size = {}, {}, 0
    for _, member in ipairs(kept) do
      local start, stop = span(member, 1)
      if stop > start + 15 and string.sub(member, start, start + 15) == delegate then
        his[#his + 1] = string.sub(member, start)
        size = size + #member
      else
        others[#others + 1] = member
      end
    end
    if size > LEAF_AT_MOST / 2 then
      move_apart(data .. 'x:' .. represented .. delegate, his)
      held = table.concat(others) .. sized(delegate)
    end
  end
  write_leaf(key, held, depth, is_new, span)
end

-- Under one scope of a hash of its own. Returns whether the pair has any mandates left.
local function write_apart(own, scope, id, value)
  local before = redis.call('HGET', own, scope) or ''
  local kept, pos = {}, 1
  while pos <= #before do
    local start, stop = span(before, pos)
    if string.sub(before, start, start + 15) ~= id then
      kept[#kept + 1] = string.sub(before, pos, stop)
    end
    pos = stop + 1
  end
  if value then
    kept[#kept + 1] = sized(id .. value)
  end
  if #kept > 0 then
    redis.call('HSET', own, scope, table.concat(kept))
    return true
  end
  redis.call('HDEL', own, scope)
  return redis.call('EXISTS', own) == 1
end

-- What a member of the same mandate becomes when a scope is put or dropped; nil: nothing. `value`: body and checksum.
local function rescoped(member, scope, value)
  local before, body = parts_of(member)
  local after, joins = {}, value ~= nil and body == string.sub(value, 1, -5)
  for _, one in ipairs(before) do
    if string.sub(one, 1, -5) ~= scope then
      after[#after + 1] = one
    end
  end
  joins = joins and #after < 255
  if joins then
    after[#after + 1] = scope .. string.sub(value, -4)
  end
  return #after > 0 and member_of(string.sub(member, 1, 32), after, body) or nil, joins
end

-- All members of a leaf with one mandate of one pair put or dropped under one scope; whether the pair was there, and is.
local function rewritten(held, data, pair, scope, id, value)
  local delegate, kept, pos = string.sub(pair, 17), {}, 1
  local was, is, joined = false, false, value == nil
  while held and pos <= #held do
    local start, stop = span(held, pos)
    local member = string.sub(held, pos, stop)
    if string.sub(held, start, start + 15) == delegate then
      was = true
      if stop == start + 15 then
        member = write_apart(data .. 'x:' .. pair, scope, id, value) and member
        joined = true
      elseif string.sub(held, start + 16, start + 31) == id then
        local joins
        member, joins = rescoped(string.sub(held, start, stop), scope, not joined and value or nil)
        joined = joined or joins
      end
      is = is or member and true or false
    end
    kept[#kept + 1] = member or nil
    pos = stop + 1
  end
  if not joined then
    kept[#kept + 1] = member_of(delegate .. id, { scope .. string.sub(value, -4) }, string.sub(value, 1, -5))
  end
  return kept, was, is or not joined
end

local function write_mandate(data, put, key, value)
  local pair, scope = string.sub(key, 2, 33), string.sub(key, 34)
  local represented, delegate = string.sub(pair, 1, 16), string.sub(pair, 17)
  local leaf, held, depth = leaf_of(data .. 'm:' .. represented, delegate)
  local id = string.sub(value, 1, 16)
  local kept, was, is = rewritten(held, data, pair, scope, id, put and string.sub(value, 17) or nil)
  write_mandates_leaf(data, represented, delegate, leaf, kept, depth, held == nil)
  if was ~= is then
    write_pair(data, delegate, represented, is)
  end
end
