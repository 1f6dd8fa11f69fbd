-- The register itself, its parties, and the identifiers that lead to them.

create domain party_kind as text constraint party_kind_is_known check (value in ('organisation', 'person'));
create domain loa as text constraint loa_is_known check (value in ('eh2', 'eh2plus', 'eh3', 'eh4'));
create domain branch_number as text constraint branch_number_has_twelve_digits check (value ~ '^[0-9]{12}$');
create domain oin as text constraint oin_has_twenty_digits check (value ~ '^[0-9]{20}$');
create domain filled_text as text constraint text_is_not_empty check (value ~ '\S' and length(value) <= 4000);

create function loa_rank(level loa) returns integer language sql immutable strict parallel safe
  return array_position(array['eh2', 'eh2plus', 'eh3', 'eh4'], level::text);

create function to_ms(moment timestamptz) returns bigint language sql stable strict parallel safe
  return (extract(epoch from moment) * 1000)::bigint;

/* Everything the register refuses by itself carries SQLSTATE MA001 and the name of what was broken. */
create function refuse(rule text, message text) returns void language plpgsql as $$
begin
  raise exception using errcode = 'MA001', message = message, constraint = rule;
end $$;

create function has_doubles(list anyarray) returns boolean language sql immutable strict parallel safe as $$
  select cardinality(list) <> (select count(distinct item) from unnest(list) as item)
$$;

/* Elfproef of BSN and RSIN: weights 9…2 and −1; nine zeros pass the sum and are refused. */
create function passes_elfproef(digits text) returns boolean language sql immutable strict parallel safe
  return digits ~ '^[0-9]{9}$' and digits <> '000000000' and (
    9 * substr(digits, 1, 1)::integer + 8 * substr(digits, 2, 1)::integer + 7 * substr(digits, 3, 1)::integer
    + 6 * substr(digits, 4, 1)::integer + 5 * substr(digits, 5, 1)::integer + 4 * substr(digits, 6, 1)::integer
    + 3 * substr(digits, 7, 1)::integer + 2 * substr(digits, 8, 1)::integer - substr(digits, 9, 1)::integer) % 11 = 0;

/* One row. A new epoch says: revisions before it cannot be compared with those after it; projections start over. */
create table register (
  only_row boolean primary key default true,
  epoch integer not null default 1,
  key_id text,
  key_check text,
  system_identifier text not null,
  timeline integer not null,
  constraint register_has_one_row check (only_row),
  constraint epoch_is_positive check (epoch between 1 and 999999999),
  constraint key_is_named_and_checked check ((key_id is null) = (key_check is null))
);

create function current_system_identifier() returns text language sql volatile
  return (select system_identifier::text from pg_control_system());

create function current_timeline() returns integer language sql volatile
  return ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer;

insert into register (system_identifier, timeline) values (current_system_identifier(), current_timeline());

/* Raises the epoch if this database now lives in another cluster or on another timeline (restore, failover). */
create function ensure_epoch() returns integer language plpgsql as $$
declare
  answer integer;
begin
  update register
  set epoch = epoch + 1, system_identifier = current_system_identifier(), timeline = current_timeline()
  where system_identifier <> current_system_identifier() or timeline <> current_timeline();
  select epoch into strict answer from register;
  return answer;
end $$;

create table parties (
  party_id uuid primary key,
  kind party_kind not null,
  name filled_text not null,
  birth_date date,
  created_at timestamptz(3) not null default now(),
  constraint party_and_its_kind unique (party_id, kind),
  constraint only_persons_have_a_birth_date check (birth_date is null or kind = 'person'),
  constraint birth_date_is_a_date check (birth_date is null or isfinite(birth_date))
);

create table party_states (
  party_id uuid not null,
  party_kind party_kind not null,
  state text not null,
  since timestamptz(3) not null,
  until timestamptz(3),
  cause text,
  /* Who says so. What one source takes back, another may still say. */
  source filled_text not null default 'register',
  primary key (party_id, state, since, source),
  foreign key (party_id, party_kind) references parties (party_id, kind),
  constraint state_is_known check (
    state in ('bankrupt', 'wsnp', 'dissolved', 'deregistered', 'deceased', 'curatele', 'bewind')),
  constraint state_fits_the_party check (
    case when state in ('dissolved', 'deregistered') then party_kind = 'organisation'
         when state in ('deceased', 'curatele', 'bewind') then party_kind = 'person'
         else true end),
  constraint state_ends_after_it_began check (until > since),
  constraint state_has_finite_moments check (isfinite(since) and (until is null or isfinite(until)))
);

/* Identifiers are found by their HMAC only. Numbers that are public stand beside it; a BSN or a means never does. */
create table aliases (
  alias bytea primary key,
  key_id filled_text not null,
  party_id uuid not null,
  party_kind party_kind not null,
  scheme text not null,
  public_value text,
  sealed bytea,
  means_active boolean,
  means_owner uuid references parties,
  foreign key (party_id, party_kind) references parties (party_id, kind),
  constraint alias_has_sixteen_bytes check (octet_length(alias) = 16),
  constraint scheme_is_known check (scheme in ('kvk', 'rsin', 'oin', 'bsn', 'pseudonym')),
  constraint scheme_fits_the_party check ((scheme in ('bsn', 'pseudonym')) = (party_kind = 'person')),
  constraint only_public_numbers_in_clear check ((public_value is not null) = (scheme in ('kvk', 'rsin', 'oin'))),
  constraint only_personal_numbers_sealed check (sealed is null or scheme in ('bsn', 'pseudonym')),
  constraint public_number_has_its_form check (
    case scheme when 'kvk' then public_value ~ '^[0-9]{8}$'
                when 'rsin' then passes_elfproef(public_value)
                when 'oin' then public_value ~ '^[0-9]{20}$'
                else true end),
  constraint only_means_are_active_or_not check (
    case scheme when 'pseudonym' then means_active is not null when 'bsn' then true else means_active is null end),
  constraint only_means_have_an_owner check (means_owner is null or means_active is not null)
);

create index aliases_by_hex on aliases (encode(alias, 'hex'));
create index aliases_by_party on aliases (party_id);
create unique index public_number_names_one_party on aliases (scheme, public_value, key_id)
  where public_value is not null;
create unique index party_has_one_number_of_a_scheme on aliases (party_id, scheme, key_id)
  where scheme in ('kvk', 'rsin', 'bsn');

create table branches (
  branch branch_number primary key,
  party_id uuid not null,
  party_kind party_kind not null default 'organisation',
  name text,
  foreign key (party_id, party_kind) references parties (party_id, kind),
  constraint only_organisations_have_branches check (party_kind = 'organisation')
);

create index branches_by_party on branches (party_id);
