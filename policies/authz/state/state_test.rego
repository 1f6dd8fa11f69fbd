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
		["a curator is none for who is dissolved", "dissolved", _curator, {"represented_dissolved"}],
		["nor a liquidator for a bankrupt", "bankrupt", _liquidator, {"represented_bankrupt"}],
		[
			"on the authority of a liquidator, who is none for a bankrupt", "bankrupt",
			{"granted_under": "liquidator", "granted_at": 10}, {"represented_bankrupt"},
		],
		["on the authority of who was appointed", "wsnp", {"granted_under": "appointed", "granted_at": 10}, set()],
		["the curator of a person", "curatele", {"kind": "statutory", "ground": "curatele"}, set()],
		["a parent", "curatele", {"kind": "statutory", "ground": "parental_authority"}, set()],
		["who was appointed for a ward", "curatele", {"kind": "appointed"}, set()],
		["what a ward granted", "curatele", {"kind": "voluntary"}, {"represented_under_curatele"}],
		["even for after his death", "curatele", {"kind": "voluntary", "survivor": true}, {"represented_under_curatele"}],
		["a firm's ground", "curatele", {"kind": "statutory", "ground": "owner"}, {"represented_under_curatele"}],
		["under bewind, what is no asset", "bewind", {"kind": "voluntary"}, set()],
	]
	state.stopping(mandate, _at(fact, {}), {"domain": "general"}) == want with input as {"now": 10}
}

test_stopping_where_assets_are_concerned[note] if {
	some [note, mandate, want] in [
		["what was granted", {"kind": "voluntary"}, {"represented_under_bewind"}],
		[
			"on whose authority does not matter",
			{"kind": "voluntary", "granted_under": "appointed", "granted_at": 10}, {"represented_under_bewind"},
		],
		["the bewindvoerder", {"kind": "statutory", "ground": "bewind"}, set()],
		["who was appointed", {"kind": "appointed"}, set()],
	]
	state.stopping(mandate, _at("bewind", {}), {"domain": "assets"}) == want with input as {"now": 10}
}

test_bankrupt_and_dissolved[note] if {
	both := object.union(fixtures.firm, {"states": [
		{"state": "bankrupt", "since": 10, "until": 20},
		{"state": "dissolved", "since": 15},
	]})
	some [note, now, mandate, want] in [
		["the curator answers for both", 15, _curator, set()],
		["until the bankruptcy ends", 20, _curator, {"represented_dissolved"}],
		["a liquidator for one", 15, _liquidator, {"represented_bankrupt"}],
		["granted between them", 15, {"granted_under": "bankruptcy_curator", "granted_at": 14}, {"represented_dissolved"}],
		["granted after both", 15, {"granted_under": "bankruptcy_curator", "granted_at": 15}, set()],
	]
	state.stopping(mandate, both, {"domain": "general"}) == want with input as {"now": now}
}

_curator := {"kind": "statutory", "ground": "bankruptcy_curator"}

_liquidator := {"kind": "statutory", "ground": "liquidator"}

test_stopping_later_counts_for_nothing if {
	state.stopping({"kind": "business"}, _at("bankrupt", {}), {}) == set() with input as {"now": 9}
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
