-- Indexes by which decisions of the admin API find mandates by exact key, whatever else stands between two parties.

/* The hash by which a case is looked up: 32 hex digits of SHA-256 over "ServiceID#case id". */
create function case_hashes(cases text[]) returns text[] language sql immutable strict parallel safe
  return array(select left(encode(sha256(convert_to(c, 'UTF8')), 'hex'), 32) from unnest(cases) as c);

create index mandates_by_case on mandates using gin (case_hashes(cases)) where not all_cases;
create index mandates_by_pair on mandates (represented, delegate) where all_cases;
