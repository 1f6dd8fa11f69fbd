-- Refuses a leader whose fencing number is lower than one seen before; remembers a higher one.
local function admit(key, fence)
  local seen = redis.call('GET', key)
  if seen and tonumber(fence) < tonumber(seen) then
    return redis.error_reply('CONFLICT fence ' .. fence .. ' is lower than ' .. seen .. ', which was seen before')
  end
  if fence ~= seen then
    redis.call('SET', key, fence)
  end
end

-- Refuses whoever was not the last to be admitted: another leads, or Redis was emptied while a copy was being built,
-- and what remains of the copy must not become the live one.
local function still_admitted(key, fence)
  local seen = redis.call('GET', key)
  if not seen then
    return redis.error_reply('CONFLICT Redis was emptied since fence ' .. fence .. ' was admitted')
  end
  return seen ~= fence and admit(key, fence) or nil
end

-- Refuses when there is no live projection or it is elsewhere than at `revision`.
local function expect_at(head, revision)
  local at = redis.call('HGET', head, 'revision')
  if at ~= revision then
    return redis.error_reply('CONFLICT the projection is at ' .. (at or 'no revision') .. ', not at ' .. revision)
  end
end

-- Whether revision `a` (epoch.n) lies beyond `b` in the same epoch.
local function is_beyond(a, b)
  local epoch_a, n_a = string.match(a, '^(%d+)%.(%d+)$')
  local epoch_b, n_b = string.match(b, '^(%d+)%.(%d+)$')
  return epoch_a == epoch_b and tonumber(n_a) > tonumber(n_b)
end

-- Fails while the slot of these keys goes from one server of a cluster to another: a key that was never there (in a
-- copy, none is named so) is looked for elsewhere then, and Redis says so with an error. So it comes before the first write, never half-way.
local function stay(prefix)
  redis.call('EXISTS', prefix .. 'never')
end
