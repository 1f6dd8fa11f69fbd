-- What whoever asked for these records will ask for next, so that it comes in the same reply. A hint and no more: what
-- is not found out here is asked for in a further round trip. Behind find.lua.

local LINKS_AT_MOST = 64 -- with more, `via` is asked for (MAX_INTERMEDIARIES)
local AHEAD_AT_MOST = 4096 -- some milliseconds

local function id_of(uuid)
  return (string.gsub(string.gsub(uuid, '%-', ''), '%x%x', function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

-- First bytes of each member of a list, inline or in a hash of its own.
local function organisations(held)
  local ids, seen = {}, {}
  local function see(member)
    local id = string.sub(member, 1, 16)
    if not seen[id] then
      seen[id] = true
      ids[#ids + 1] = id
    end
  end
  if type(held) == 'table' then
    for i = 1, #held, 2 do
      see(held[i])
    end
  else
    local pos = 1
    while held and pos <= #held do
      see(string.sub(held, pos + 1, pos + 16))
      pos = pos + 1 + string.byte(held, pos)
    end
  end
  return ids
end

-- Delegates who passed on one of these mandates.
local function passed_on_by(held)
  local ids = {}
  for _, text in ipairs(type(held) == 'table' and held or { held or nil }) do
    for uuid in string.gmatch(text, '"delegate":"([%x%-]+)"') do
      ids[#ids + 1] = id_of(uuid)
    end
  end
  return ids
end

-- A JSON value in front of its checksum, if it is an object or a list; an empty one for anything else.
local function decoded(held)
  local readable, value = pcall(cjson.decode, string.sub(held or '', 1, -5))
  return readable and type(value) == 'table' and value or {}
end

-- Records beyond `asked` (packed keys) with what is under them: key, value, key, value. `found`: what is under `asked`.
-- `everywhere`: all records lie in this partition; if not, of those wanted only mandates of the same represented party.
local function read_ahead(data, asked, found, everywhere)
  local known, ahead, scopes, ends_asked, read_pairs = {}, {}, {}, {}, {}

  local function read(key)
    if known[key] == nil and #ahead < 2 * AHEAD_AT_MOST then
      known[key] = find(data, key)
      ahead[#ahead + 1] = key
      ahead[#ahead + 1] = known[key]
    end
    return known[key]
  end

  -- Mandates of a pair under every scope asked for, and what those passed on derive from (one level).
  local function read_pair(represented, delegate, is_parent)
    if read_pairs[represented .. delegate] then
      return
    end
    read_pairs[represented .. delegate] = true
    for scope in pairs(scopes) do
      local held = read('m' .. represented .. delegate .. scope)
      for _, by in ipairs(is_parent and {} or passed_on_by(held)) do
        if everywhere then
          read('p' .. by)
        end
        read_pair(represented, by, true)
      end
    end
  end

  local function read_chains(actor, links)
    for ends in pairs(#links <= LINKS_AT_MOST and ends_asked or {}) do
      local represented = string.sub(ends, 1, 16)
      for _, organisation in ipairs(string.sub(ends, 17) == actor and links or {}) do
        if organisation ~= actor and organisation ~= represented then
          read('p' .. organisation)
          read_pair(represented, organisation)
          read_pair(organisation, actor)
        end
      end
    end
  end

  local function read_service(id)
    for _, behind in ipairs(decoded(read('s' .. id)).sub_services or {}) do
      read('s' .. behind)
    end
  end

  for i, key in ipairs(asked) do
    known[key] = found[i]
    if string.sub(key, 1, 1) == 'm' then
      scopes[string.sub(key, 34)] = true
      ends_asked[string.sub(key, 2, 33)] = true
    end
  end
  for ends in pairs(ends_asked) do
    read_pair(string.sub(ends, 1, 16), string.sub(ends, 17))
  end
  for i, key in ipairs(everywhere and asked or {}) do
    local kind = string.sub(key, 1, 1)
    if kind == 'l' then
      read_chains(string.sub(key, 2), organisations(found[i]))
    elseif kind == 's' then
      read_service(string.sub(key, 2))
    elseif kind == 'd' then
      local instances = decoded(found[i])
      if #instances == 1 then
        read_service(instances[1])
      end
    end
  end
  return ahead
end
