# METADATA
# title: The fixture of the AuthZEN 1.0 certification scenario
# description: |
#   A policy of another kind than mandates: it reads the bare AuthZEN request. What the request says of an entity goes
#   before what the data says.
package authz

# METADATA
# title: The answer
# entrypoint: true
decision := {"decision": permitted}

# METADATA
# scope: document
# title: Known users read known records; editors write what is active, administrators what is archived
default permitted := false

permitted if {
	input.action.name == "read"
	data.users[_user]
	_status
}

permitted if {
	input.action.name == "write"
	_status == "active"
	data.users[_user].editor
}

permitted if {
	input.action.name == "write"
	_status == "archived"
	_role == "admin"
}

permitted if {
	input.action.name == "delete"
	input.action.properties.soft == true
	_status == "active"
	data.users[_user].editor
}

# METADATA
# scope: document
# title: Whom or what a search may find
# description: |
#   Asked with `search` and `request`; each is decided as if it had been asked about. A plain delete would never be
#   permitted, so it is named together with what makes it a soft one.
# entrypoint: true
candidates contains {"type": "user", "id": user} if {
	input.search == "subject"
	input.request.subject.type == "user"
	some user, _ in data.users
}

candidates contains {"type": "record", "id": record} if {
	input.search == "resource"
	input.request.resource.type == "record"
	some record, _ in data.records
}

candidates contains action if {
	input.search == "action"
	some action in [{"name": "read"}, {"name": "write"}, {"name": "delete", "properties": {"soft": true}}]
}

_user := input.subject.id if input.subject.type == "user"

_record := input.resource.id if input.resource.type == "record"

_role := input.subject.properties.role if data.users[_user]

else := data.users[_user].role if data.users[_user].role

_status := input.resource.properties.status if data.records[_record]

else := data.records[_record].status if data.records[_record].status
