-- How parties were identified, and the evidence with which a means was linked to its person.

/* For the registrar, who alone may look persons up by their names. */
create index parties_by_name on parties (lower(name) text_pattern_ops, party_id);
create index aliases_by_means_owner on aliases (means_owner, alias) where means_owner is not null;

/*
 * That somebody was identified: how, by whom, when, and on what document. Never that document's number (R18, R19, R94,
 * R98, R138). Rows are added and ended, never changed otherwise.
 */
create table identifications (
  identification_id uuid primary key,
  party_id uuid not null,
  party_kind party_kind not null,
  /* The branch that was identified, where a mandate is to be limited to it (R19). */
  branch branch_number,
  method text not null,
  check_done text not null,
  loa loa not null,
  document_kind text,
  document_valid_until date,
  /* The earlier record whose copy was looked at again: no new copy while the document is valid (R98). */
  reuses uuid references identifications,
  reference filled_text,
  checked_by filled_text not null,
  checked_at timestamptz(3) not null,
  /* Exclusive; found to be wrong, or overtaken. */
  valid_until timestamptz(3),
  recorded_at timestamptz(3) not null default now(),
  foreign key (party_id, party_kind) references parties (party_id, kind),
  constraint identification_method_is_known check (method in ('in_person', 'document_copy', 'extract', 'means')),
  constraint identification_check_fits_its_method check (
    case method when 'in_person' then check_done = 'in_person'
                when 'document_copy' then check_done in ('lost_document_register', 'bank_transfer')
                when 'extract' then check_done = 'handelsregister'
                when 'means' then check_done = 'means' else false end),
  constraint identification_method_fits_the_party check ((method = 'extract') = (party_kind = 'organisation')),
  constraint only_organisations_are_identified_by_branch check (branch is null or party_kind = 'organisation'),
  constraint document_is_seen_where_there_is_one check (
    (method in ('in_person', 'document_copy')) = (document_kind is not null)
    and (document_kind is null) = (document_valid_until is null)),
  constraint document_kind_is_known check (
    document_kind in ('passport', 'identity_card', 'residence_permit', 'driving_licence')),
  constraint document_was_valid_when_checked check (
    document_valid_until >= (checked_at at time zone 'Europe/Amsterdam')::date),
  /* A copy is the lightest of proofs: at eh3 and eh4 no alternative procedure will do (R97). */
  constraint copy_of_a_document_reaches_eh2 check (method <> 'document_copy' or loa in ('eh2', 'eh2plus')),
  constraint only_a_lost_document_check_reuses_a_copy check (
    reuses is null or (method = 'document_copy' and check_done = 'lost_document_register')),
  constraint identification_has_finite_moments check (
    isfinite(checked_at) and (valid_until is null or isfinite(valid_until))
    and (document_valid_until is null or isfinite(document_valid_until))),
  constraint identification_ends_after_it_began check (valid_until >= checked_at)
);

create index identifications_by_party on identifications (party_id, checked_at);

/* A copy that is looked at again is one of this party, that was handed in itself, of the same document. */
create function check_reused_copy() returns trigger language plpgsql as $$
begin
  if new.reuses is not null and not exists (
    select from identifications i where i.identification_id = new.reuses and i.party_id = new.party_id
      and i.method in ('document_copy', 'in_person') and i.reuses is null and i.valid_until is null
      and i.checked_at <= new.checked_at
      and (i.document_kind, i.document_valid_until) = (new.document_kind, new.document_valid_until)) then
    perform refuse('reused_copy_is_of_this_party', format('identification %s reuses no copy of its party', new.identification_id));
  end if;
  return new;
end $$;

create trigger reused_copy_is_of_this_party before insert on identifications
  for each row execute function check_reused_copy();
create trigger row_keeps_its_key before update on identifications for each row
  execute function keep_columns('identification_id', 'party_id', 'method', 'check_done', 'loa', 'document_kind',
    'document_valid_until', 'reuses', 'checked_at', 'checked_by');
create trigger ended_not_erased before delete on identifications for each row execute function refuse_erasure();
create trigger not_truncated before truncate on identifications execute function refuse_erasure();

/* Whether it tells at this moment who the party is: a document proves nothing from the day after its last. */
create function identification_holds(i identifications, moment timestamptz) returns boolean language sql stable
  return i.checked_at <= moment and coalesce(i.valid_until > moment, true)
    and coalesce(i.document_valid_until >= (moment at time zone 'Europe/Amsterdam')::date, true);

create function identification_view(i identifications, moment timestamptz) returns jsonb language sql stable
  return jsonb_strip_nulls(jsonb_build_object(
    'identification_id', i.identification_id, 'party_id', i.party_id, 'branch', i.branch, 'method', i.method,
    'check', i.check_done, 'loa', i.loa, 'document_kind', i.document_kind,
    'document_valid_until', to_char(i.document_valid_until, 'YYYY-MM-DD'), 'reuses', i.reuses,
    'reference', i.reference, 'checked_by', i.checked_by, 'checked_at', utc(i.checked_at),
    'valid_until', utc(i.valid_until), 'recorded_at', utc(i.recorded_at), 'holds', identification_holds(i, moment)));

/* With what a means was linked to its person (R13, R138). */
create table means_evidence (
  alias bytea not null references aliases,
  evidence jsonb not null,
  registered_at timestamptz(3) not null default now(),
  primary key (alias),
  constraint means_evidence_has_its_form check (evidence <> '[]' and is_evidence(evidence))
);

create function means_view(a aliases) returns jsonb language sql stable
  return jsonb_strip_nulls(jsonb_build_object(
    'means_id', encode(a.alias, 'hex'), 'active', a.means_active, 'person', party_view(a.party_id),
    'owner', party_view(a.means_owner),
    'registered_at', (select utc(e.registered_at) from means_evidence e where e.alias = a.alias),
    'evidence', (select e.evidence from means_evidence e where e.alias = a.alias),
    'revision', entity_revision('alias', encode(a.alias, 'hex'))));

/* A party for those who may look at it: which schemes are known of it, never a personal number. */
create function party_details(p parties) returns jsonb language sql stable
  return party_view(p.party_id) || jsonb_strip_nulls(jsonb_build_object(
    'birth_date', to_char(p.birth_date, 'YYYY-MM-DD'),
    'schemes', array(select distinct a.scheme from aliases a where a.party_id = p.party_id order by 1),
    'states', coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('state', s.state, 'since', utc(s.since),
        'until', utc(s.until), 'reference', s.cause, 'source', s.source)) order by s.since, s.state, s.source)
      from party_states s where s.party_id = p.party_id), '[]'),
    'branches', coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('branch', b.branch, 'name', b.name))
      order by b.branch) from branches b where b.party_id = p.party_id), '[]'),
    'revision', entity_revision('party', p.party_id::text)));

/* What no decision reads is recorded in the chain all the same: the whole row before and after, without facts. */
alter table changes drop constraint entity_is_known;
alter table changes add constraint entity_is_known check (entity in ('party', 'alias', 'branch', 'service', 'definition',
  'mandate', 'owner', 'set', 'identification', 'intervention', 'paper_request',
  'consent', 'offer', 'reconfirmation'));

/* Arguments: the entity, and the column of its id. */
create function record_case() returns trigger language plpgsql set enable_seqscan = off as $$
declare
  before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after constant jsonb := to_jsonb(new);
begin
  if before is distinct from after then
    perform write_change(tg_argv[0], after ->> tg_argv[1], lower(tg_op), tg_table_name, before, after, null, null);
  end if;
  return null;
end $$;

/* Of an offer everything but its code, and what was tried of it; of those who agree each by himself (R51, R67). */
create function record_waiting() returns trigger language plpgsql set enable_seqscan = off as $$
declare
  code constant text[] := array['selector', 'salt', 'hash', 'tries'];
  before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - code end;
  after constant jsonb := to_jsonb(new) - code;
  agreed constant text := after ->> 'party_id';
begin
  if before is distinct from after then
    perform write_change(tg_argv[0], concat_ws(':', after ->> 'mandate_id', agreed), lower(tg_op), tg_table_name, before,
      after, null, null);
  end if;
  return null;
end $$;

create constraint trigger record_change after insert or update on offers
  deferrable initially deferred for each row execute function record_waiting('offer');
create constraint trigger record_change after insert or update on consents
  deferrable initially deferred for each row execute function record_waiting('consent');

create constraint trigger record_change after insert or update on identifications
  deferrable initially deferred for each row execute function record_case('identification', 'identification_id');
