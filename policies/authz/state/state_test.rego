package authz.state_test

import data.authz.state
import data.fixtures_test as fixtures

_at(fact, change) := object.union(fixtures.person, {"states": [object.union({"state": fact, "since": 10}, change)]})

test_in_effect[note] if {
	some [note, now, change, want] in [
		["before", 9, {}, set()],
		["from its first millisecond", 10, {}, {"bankrupt"}],
		["until its end", 19, {"until": 20}, {"bankrupt"}],
		["not at its end", 20, {"until": 20}, set()],
	]
	party := _at("bankrupt", change)
	found := {name | some name in ["bankrupt", "deceased"]; state.in_effect(party, name)} with input as {"now": now}
	found == want
	count({1 | state.in_any(party)}) == count(want) with input as {"now": now}
}

test_stopping[note] if {
	some [note, fact, mandate, want] in [
		["an ordinary mandate of a bankrupt", "bankrupt", {"kind": "business"}, {"represented_bankrupt"}],
		["of who is in WSNP", "wsnp", {"kind": "voluntary"}, {"represented_in_wsnp"}],
		["of who is dissolved", "dissolved", {"kind": "business"}, {"represented_dissolved"}],
		["a signatory", "bankrupt", {"kind": "statutory", "ground": "signatory"}, {"represented_bankrupt"}],
		["the curator", "bankrupt", {"kind": "statutory", "ground": "bankruptcy_curator"}, set()],
		["the liquidator", "dissolved", {"kind": "statutory", "ground": "liquidator"}, set()],
		["who was appointed", "bankrupt", {"kind": "appointed"}, set()],
		["on the curator's authority", "bankrupt", {"granted_under": "bankruptcy_curator", "granted_at": 10}, set()],
		[
			"on somebody's authority before", "bankrupt",
			{"granted_under": "appointed", "granted_at": 9}, {"represented_bankrupt"},
		],
		["of the dead", "deceased", {"kind": "appointed"}, {"represented_deceased"}],
		["of the dead, for then", "deceased", {"kind": "voluntary", "survivor": true}, set()],
		["deregistration stops all", "deregistered", {"kind": "appointed", "survivor": true}, {"represented_deregistered"}],
		["curatele does not stop mandates", "curatele", {"kind": "statutory", "ground": "curatele"}, set()],
	]
	state.stopping(mandate, _at(fact, {})) == want with input as {"now": 10}
}

test_stopping_later_counts_for_nothing if {
	state.stopping({"kind": "business"}, _at("bankrupt", {})) == set() with input as {"now": 9}
}

test_stopping_self[note] if {
	some [note, fact, domain, want] in [
		["curatele", "curatele", "general", {"represented_under_curatele"}],
		["bewind and assets", "bewind", "assets", {"represented_under_bewind"}],
		["bewind and care", "bewind", "personal_care", set()],
		["bankruptcy", "bankrupt", "general", {"represented_bankrupt"}],
		["death", "deceased", "general", {"represented_deceased"}],
	]
	state.stopping_self(_at(fact, {}), {"domain": domain}) == want with input as {"now": 10}
}
