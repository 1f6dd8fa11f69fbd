-- People who made themselves known, or whom their employer did (R57, R71, R128, R138).

/* Name and date of birth are as somebody said them: no source has confirmed them yet. */
alter table parties add column unverified_since timestamptz(3);
alter table parties add constraint only_persons_are_unverified check (unverified_since is null or kind = 'person');

/* The employer that identified its employee. Proof towards that employer, and towards nobody else. */
alter table identifications add column employer uuid references parties;
alter table identifications add constraint only_people_have_employers check (employer is null or party_kind = 'person');
create trigger employer_keeps before update on identifications for each row execute function keep_columns('employer');

create or replace function identification_view(i identifications, moment timestamptz) returns jsonb language sql stable
  return jsonb_strip_nulls(jsonb_build_object(
    'identification_id', i.identification_id, 'party_id', i.party_id, 'branch', i.branch, 'method', i.method,
    'check', i.check_done, 'loa', i.loa, 'document_kind', i.document_kind,
    'document_valid_until', to_char(i.document_valid_until, 'YYYY-MM-DD'), 'reuses', i.reuses,
    'reference', i.reference, 'checked_by', i.checked_by, 'employer', party_view(i.employer),
    'checked_at', utc(i.checked_at),
    'valid_until', utc(i.valid_until), 'recorded_at', utc(i.recorded_at), 'holds', identification_holds(i, moment)));

/* Whoever is shown a name is shown whether a source stands behind it. */
create or replace function party_view(party uuid) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object('party_id', p.party_id, 'kind', p.kind, 'name', p.name,
    'identifiers', (select jsonb_agg('urn:nl:' || a.scheme || ':' || a.public_value order by a.scheme)
      from aliases a where a.party_id = p.party_id and a.public_value is not null),
    'unverified', case when p.unverified_since is not null then true end))
  from parties p where p.party_id = party
$$;
