package authz_test

import data.authz

_request(user, action, record) := {
	"subject": object.union({"type": "user"}, user),
	"action": action,
	"resource": object.union({"type": "record"}, record),
}

# the eight decisions of the certification scenario, then what it leaves open
test_permitted[note] if {
	some [note, want, user, action, record] in [
		["alice reads", true, {"id": "alice"}, {"name": "read"}, {"id": "record-1"}],
		["alice writes", true, {"id": "alice"}, {"name": "write"}, {"id": "record-1"}],
		["bob reads", true, {"id": "bob"}, {"name": "read"}, {"id": "record-1"}],
		["bob is no editor", false, {"id": "bob"}, {"name": "write"}, {"id": "record-1"}],
		[
			"alice does not write what is archived", false, {"id": "alice"}, {"name": "write"},
			{"id": "record-2", "properties": {"status": "archived"}},
		],
		[
			"an administrator writes what is archived", true, {"id": "bob", "properties": {"role": "admin"}},
			{"name": "write"}, {"id": "record-2", "properties": {"status": "archived"}},
		],
		[
			"soft delete", true, {"id": "alice"}, {"name": "delete", "properties": {"soft": true}},
			{"id": "record-1"},
		],
		[
			"hard delete", false, {"id": "alice"}, {"name": "delete", "properties": {"soft": false}},
			{"id": "record-1"},
		],
		["what the data says counts too", true, {"id": "bob"}, {"name": "write"}, {"id": "record-2"}],
		["unknown user", false, {"id": "carol"}, {"name": "read"}, {"id": "record-1"}],
		["unknown record", false, {"id": "alice"}, {"name": "read"}, {"id": "record-3"}],
		["unknown action", false, {"id": "alice"}, {"name": "share"}, {"id": "record-1"}],
	]
	authz.decision == {"decision": want} with input as _request(user, action, record)
}

test_nothing_is_denied if authz.decision == {"decision": false} with input as {}

test_candidates[note] if {
	some [note, want, search, request] in [
		[
			"users", [{"type": "user", "id": "alice"}, {"type": "user", "id": "bob"}],
			"subject", {"subject": {"type": "user"}},
		],
		[
			"records", [{"type": "record", "id": "record-1"}, {"type": "record", "id": "record-2"}],
			"resource", {"resource": {"type": "record"}},
		],
		[
			"actions", [{"name": "read"}, {"name": "write"}, {"name": "delete", "properties": {"soft": true}}],
			"action", {},
		],
		["no such subjects", [], "subject", {"subject": {"type": "spaceship"}}],
		["no such resources", [], "resource", {"resource": {"type": "spaceship"}}],
		["no such search", [], "context", {}],
	]
	authz.candidates == {candidate | some candidate in want} with input as {"search": search, "request": request}
}
