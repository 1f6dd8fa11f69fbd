# METADATA
# title: Which kind of authority
# description: |
#   What the law gives is registered by a court or the registrar, what a public organisation grants by that organisation
#   (R115, R116, R118); the table `kinds` says so. A register may keep some kinds only (R3).
# schemas:
#   - input: schema.admin
package admin.kinds

import data.admin.acts
import data.admin.wider

# METADATA
# title: What the kind speaks against
# description: |
#   Nobody grants under an authority that is not his own (R115, R121), and a mandate outlives a person only by his own
#   will.
# custom:
#   reasons:
#     kind_not_kept_here: This register does not keep mandates of this kind.
#     kind_not_for_this_capacity: Mandates of this kind or ground are not for this capacity to grant or to end.
#     authority_not_own: The mandate says that it was granted under an authority that the caller does not have.
#     survivor_by_himself_only: Only the represented himself lets a mandate outlive him.
#     suspended_by_authority: What a court, a service owner or the registrar suspended, nobody else reactivates.
reasons(who) := union({_of_register, _of_kind(who), _of_authority(who), _of_survivor(who), _of_suspension(who)})

_of_register contains "kind_not_kept_here" if {
	acts.is("makes")
	not _kept(acts.made)
}

_of_kind(who) := {"kind_not_for_this_capacity" | _column; some mandate in acts.concerned; not _open(mandate, who)}

_of_authority(who) := {"authority_not_own" | _says_authority; not _own_authority(who)}

_of_survivor(who) := {"survivor_by_himself_only" | _new_survivor; who.role != "self"}

_of_suspension(who) := {"suspended_by_authority" | input.act.name == "mandate.reactivate"; not _may_lift(who)}

_says_authority if {
	acts.is("makes")
	acts.made.granted_under
}

_kept(mandate) if data.settings.kinds[mandate.kind] == true

# every register has managers
_kept(mandate) if {
	[service.service_uuid | some service in mandate.services] == [input.manage_service]
	not mandate.owner
}

_column := data.tables.acts[input.act.name].kinds

_open(mandate, who) if who.role in data.tables.kinds[_name(mandate)][_column]

_open(_, who) if _lifts_own(who)

_name(mandate) := mandate.ground if mandate.kind == "statutory"

_name(mandate) := mandate.kind if mandate.kind != "statutory"

_own_authority(who) if who.role in ["court", "registrar"]

_own_authority(who) if {
	some own in _source(who)
	acts.made.granted_under in _authorities(own)
}

_own_authority(who) if {
	who.role == "passer"
	acts.made.granted_under in _authorities(input.act.parent)
}

# what it says already
_own_authority(_) if acts.made.granted_under == input.act.current.granted_under

# what the represented, or the law for him, gave
_source(who) := who.law if who.law != []

else := who.limits

_authorities(mandate) := {authority |
	some field in ["ground", "kind", "granted_under"]
	authority := mandate[field]
}

_new_survivor if {
	acts.is("makes")
	acts.is("binds")
	acts.made.kind == "voluntary"
	acts.made.survivor == true
	not _survived_before
}

# in the hands of another, for another period or for more, it is a new one; and so is what was asked only
_survived_before if {
	input.act.current.survivor == true
	input.act.current.status in ["active", "suspended"]
	input.act.current.mandate_id == acts.made.mandate_id
	not wider.reaches_further
}

_may_lift(who) if {
	not _suspended_by_authority
	not who.role in _authorities_that_suspend
}

_may_lift(who) if _lifts_own(who)

_lifts_own(who) if {
	input.act.name == "mandate.reactivate"
	who.role in _authorities_that_suspend
	input.act.current.suspended_by == who.role
}

_suspended_by_authority if input.act.current.suspended_by in _authorities_that_suspend

_authorities_that_suspend := ["court", "service_owner", "registrar"]
