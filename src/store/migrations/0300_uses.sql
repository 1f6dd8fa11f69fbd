-- When and how often mandates were used, as sidecars report it. Using a mandate is no act upon it: no change is recorded.

create table mandate_uses (
  mandate_id uuid not null references mandates,
  /* In Europe/Amsterdam. */
  day date not null,
  uses bigint not null,
  last_used_at timestamptz(3) not null,
  primary key (mandate_id, day),
  constraint was_used check (uses > 0)
);

create view mandate_last_use as
  select mandate_id, max(last_used_at) as last_used_at, sum(uses)::bigint as uses from mandate_uses group by mandate_id;

/* One row: the last entry of the stream of uses that has been counted. */
create table use_position (
  only_row boolean primary key default true,
  entry text not null,
  constraint use_position_has_one_row check (only_row)
);

insert into use_position (entry) values ('0-0');
