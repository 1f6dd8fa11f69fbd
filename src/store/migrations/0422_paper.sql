-- Requests on paper: received, due within two working days, settled or refused (R79, R98, R99, R110).

create table paper_requests (
  paper_request_id uuid primary key,
  kind text not null,
  represented uuid not null references parties,
  /* The manager or legal representative who signed it. */
  signed_by uuid not null references parties,
  /* What is asked, in the words of whoever opened the letter. Never a personal number. */
  asked filled_text not null,
  /* The mandates that it is about; empty for a grant. */
  mandates uuid[] not null default '{}',
  loa loa not null,
  received_at timestamptz(3) not null,
  /* Exclusive: midnight after the second working day, in Europe/Amsterdam (R79). */
  due_at timestamptz(3) not null,
  evidence jsonb not null default '[]',
  recorded_at timestamptz(3) not null default now(),
  outcome text,
  settled_at timestamptz(3),
  refusal filled_text,
  /* The handwritten signature, compared with the one in the archive: {"by", "at", "reference"} (R99). */
  signature_verified jsonb,
  /* Mandates that came of it, or changed or ended by it. */
  settled_mandates uuid[] not null default '{}',
  constraint paper_kind_is_known check (kind in ('grant', 'change', 'revoke', 'suspension')),
  constraint only_a_grant_names_no_mandate check ((kind = 'grant') = (cardinality(mandates) = 0)),
  constraint paper_is_due_after_receipt check (due_at > received_at),
  constraint paper_has_finite_moments check (isfinite(received_at) and isfinite(due_at)),
  constraint paper_evidence_has_its_form check (evidence = '[]' or is_evidence(evidence)),
  constraint paper_outcome_is_known check (outcome in ('executed', 'refused')),
  constraint paper_is_settled_with_an_outcome check ((outcome is null) = (settled_at is null)),
  constraint refused_paper_has_a_reason check (coalesce(outcome = 'refused', false) = (refusal is not null)),
  constraint executed_paper_had_its_signature_verified check (coalesce(outcome <> 'executed', true) or (
    signature_verified ->> 'by' <> '' and signature_verified ->> 'at' <> '' and signature_verified ->> 'reference' <> ''
    and cardinality(settled_mandates) > 0))
);

create index paper_requests_by_due on paper_requests (due_at, paper_request_id) where outcome is null;
create index paper_requests_by_represented on paper_requests (represented, due_at);

create function settled_is_settled() returns trigger language plpgsql as $$
begin
  if old.outcome is not null then
    perform refuse('settled_is_settled', format('paper request %s has been %s', old.paper_request_id, old.outcome));
  end if;
  return new;
end $$;

create trigger settled_is_settled before update on paper_requests for each row execute function settled_is_settled();
create trigger row_keeps_its_key before update on paper_requests for each row
  execute function keep_columns('paper_request_id', 'kind', 'represented', 'signed_by', 'asked', 'mandates', 'loa',
    'received_at', 'due_at');
create trigger ended_not_erased before delete on paper_requests for each row execute function refuse_erasure();
create trigger not_truncated before truncate on paper_requests execute function refuse_erasure();
create constraint trigger record_change after insert or update on paper_requests
  deferrable initially deferred for each row execute function record_case('paper_request', 'paper_request_id');

create function paper_request_view(p paper_requests, moment timestamptz) returns jsonb language sql stable
  return jsonb_strip_nulls(jsonb_build_object(
    'paper_request_id', p.paper_request_id, 'kind', p.kind, 'represented', party_view(p.represented),
    'signed_by', party_view(p.signed_by), 'asked', p.asked, 'mandates', to_jsonb(p.mandates), 'loa', p.loa,
    'received_at', utc(p.received_at), 'due_at', utc(p.due_at), 'evidence', p.evidence,
    'recorded_at', utc(p.recorded_at), 'overdue', p.outcome is null and p.due_at <= moment,
    'outcome', p.outcome, 'settled_at', utc(p.settled_at), 'refusal', p.refusal,
    'signature_verified', p.signature_verified,
    'settled_mandates', case when p.outcome = 'executed' then to_jsonb(p.settled_mandates) end));
