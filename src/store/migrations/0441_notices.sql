-- What a party is told of its mandates. Most are made of `changes`, by a follower with a position; jobs add their own.

create table notices (
  notice_id uuid primary key default gen_random_uuid(),
  /* The order in which a party reads them. */
  place bigint generated always as identity,
  /* To whom: whoever manages for this party reads it. */
  party_id uuid not null references parties,
  mandate_id uuid references mandates,
  /* What happened: the word of `change_verb`, or one of a job (`ends_soon`, …). */
  kind text not null,
  /* The change it tells of; null when no change gave rise to it. */
  revision bigint,
  /* Tells apart what is told more than once about one mandate without a change: a date, say. */
  occasion text not null default '',
  /* What its text needs beyond the mandate: dates, numbers; never a personal number. */
  details jsonb not null default '{}',
  created_at timestamptz(3) not null default now(),
  acknowledged_at timestamptz(3),
  acknowledged_by uuid references parties,
  constraint kind_is_a_word check (kind ~ '^[a-z][a-z_]{0,63}$'),
  constraint acknowledged_by_somebody_at_a_time check (acknowledged_at is not null or acknowledged_by is null),
  constraint told_once unique nulls not distinct (party_id, mandate_id, kind, revision, occasion)
);

create index notices_by_party on notices (party_id, place);
create index notices_unread on notices (party_id, place) where acknowledged_at is null;
create index notices_by_mandate on notices (mandate_id, place);

/* One row: up to which change notices have been made. Begins where the register stands: the past is not announced. */
create table notice_position (
  only_row boolean primary key default true,
  revision bigint not null,
  constraint notice_position_has_one_row check (only_row)
);

insert into notice_position (revision) select coalesce(max(revision), 0) from changes;

/* Loads tell nobody: their mandates come from registers that have told already. */
create function is_announced(acted_by jsonb) returns boolean language sql immutable parallel safe
  return coalesce(acted_by ->> 'channel' not in ('import', 'seed', 'sync'), true);

/*
 * Makes the notices of at most `most` further changes and moves the position, in one statement: both or neither.
 * Whoever comes second waits for the first, and goes on behind it.
 */
create function write_notices(most integer) returns table (seen bigint, written bigint) language plpgsql as $$
declare
  begun bigint;
  reached bigint;
begin
  select revision into strict begun from notice_position for update;
  select max(c.revision), count(*) into reached, seen from (
    select changes.revision from changes where changes.revision > begun order by changes.revision limit most) as c;
  insert into notices (party_id, mandate_id, kind, revision, created_at)
    select told.party_id, c.entity_id::uuid, change_verb(c), c.revision, c.at
    from changes c cross join lateral (
      select (c.after ->> 'represented')::uuid as party_id, 1 as place
      union all select (c.after ->> 'delegate')::uuid, 2) as told
    where c.revision > begun and c.revision <= reached and c.entity = 'mandate' and is_announced(c.acted_by)
    order by c.revision, told.place
  on conflict do nothing;
  get diagnostics written = row_count;
  update notice_position set revision = reached where reached > begun;
  return next;
end $$;
