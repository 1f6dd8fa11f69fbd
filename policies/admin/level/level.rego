# METADATA
# title: At which level
# description: |
#   Who grants, changes, renews or reactivates logs in at the level of the mandate (R72, R73, R76, R88, R97); who ends
#   or suspends at the level that goes with it (R102). A manager registers nothing above his own (R86).
# schemas:
#   - input: schema.admin
package admin.level

import data.admin.acts

# METADATA
# title: The level that the act asks of the login
# description: By the table of acts; nothing is done below eh2 (R85, R102).
# scope: document
default required := "eh2"

required := max([mandate.loa | some mandate in acts.concerned]) if _asks == "mandate"

required := max([data.tables.ending_levels[mandate.loa] | some mandate in acts.concerned]) if _asks == "ending"

required := max(["eh2", input.act.identified_at]) if _asks == "identified"

_asks := data.tables.acts[input.act.name].level

# METADATA
# title: What the level speaks against
# description: |
#   The logins of all who act together count, the lowest first (R51). At eh4 the request itself carries a qualified
#   signature (R96). Systems have certificates instead of logins.
# custom:
#   reasons:
#     loa_insufficient: A login was at a lower level than the act asks.
#     loa_missing: A login came without a level.
#     loa_unknown: The level of a login has no known spelling.
#     above_own_level: The mandate is at a higher level than that by which the manager manages.
#     mandate_below_eh2: Nothing is registered below eh2.
#     signature_required: A request about a mandate at eh4 carries a qualified signature.
reasons(who) := union({
	{reason | some login in _logins(who); some reason in _lacking(login)},
	{"above_own_level" | _above_own_level(who)},
	{"mandate_below_eh2" | acts.is("makes"); not _lawful(acts.made)},
	{"signature_required" | _is_person(who); _asks_signature; not input.act.signed == true},
})

_is_person(who) if {
	input.actor
	not who.paper
}

_logins(who) := array.concat([input.actor], [one | some one in input.represented.managing.together]) if _is_person(who)

_logins(who) := [input.act.paper] if who.paper

_logins(who) := [] if {
	not _is_person(who)
	not who.paper
}

_lacking(login) := {"loa_missing"} if not login.loa

_lacking(login) := {"loa_unknown"} if {
	login.loa
	not data.tables.levels[login.loa]
}

_lacking(login) := {"loa_insufficient" | not acts.deviates} if data.tables.levels[login.loa] < required

_lacking(login) := set() if data.tables.levels[login.loa] >= required

_above_own_level(who) if {
	acts.is("binds")
	some own in who.limits
	own.kind != "statutory"
	some mandate in acts.concerned
	mandate.loa > own.loa
}

# nor does he make anybody known above it
_above_own_level(who) if {
	some own in who.limits
	own.kind != "statutory"
	input.act.identified_at > own.loa
}

_lawful(mandate) if data.tables.levels[mandate.loa] >= "eh2"

_asks_signature if {
	acts.is("signed")
	some mandate in acts.concerned
	mandate.loa == "eh4"
}
