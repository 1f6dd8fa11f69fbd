package calendar_test

import data.calendar

# RFC 3339 moments as milliseconds; checked against PostgreSQL's time zone data
test_summer[moment] if {
	some [moment, at, want] in [
		["2026-03-29T00:59:59.999Z", 1774745999999, false],
		["2026-03-29T01:00:00Z", 1774746000000, true],
		["2026-10-25T00:59:59.999Z", 1792889999999, true],
		["2026-10-25T01:00:00Z", 1792890000000, false],
		["2026-07-01T12:00:00Z", 1782907200000, true],
		["2026-11-21T11:00:00Z", 1795258800000, false],
		["2026-01-01T00:00:00Z", 1767225600000, false],
		["2027-03-28T01:00:00Z", 1806195600000, true],
		["2032-10-31T00:59:59.999Z", 1982797199999, true],
		["2032-10-31T01:00:00Z", 1982797200000, false],
		["2030-03-31T00:59:59.999Z", 1901149199999, false],
		["2030-03-31T01:00:00Z", 1901149200000, true],
		["2028-02-29T12:00:00Z", 1835438400000, false],
	]
	_summer(at) == want
}

default _summer(_) := false

_summer(at) if calendar.summer(at)

test_five_years[note] if {
	some [note, from, until, want] in [
		["five years to the day", 1767222000000, 1924988400000, true],
		["a millisecond more", 1767222000000, 1924988400001, false],
		["a day", 1767222000000, 1767308400000, true],
		["ten years", 1767222000000, 2082754800000, false],
		["two leap days", 1811800800000, 1969653600000, true],
		["two leap days and a millisecond", 1811800800000, 1969653600001, false],
		["29 February ends on 28 February", 1835391600000, 1993158000000, true],
		["29 February does not reach 1 March", 1835391600000, 1993244400000, false],
		["winter time to summer time", 1711666800000, 1869429600000, true],
		["winter time to summer time and a millisecond", 1711666800000, 1869429600001, false],
		["summer time to winter time", 1869170400000, 2026940400000, true],
		["summer time to winter time and a millisecond", 1869170400000, 2026940400001, false],
	]
	_within(from, until) == want
}

default _within(_, _) := false

_within(from, until) if calendar.within_five_years(from, until)

test_birthday[note] if {
	some [note, date, age, want] in [
		["in winter", "2008-11-22", 18, 1795302000000],
		["in summer", "2008-07-01", 18, 1782856800000],
		["on a leap day", "2008-02-29", 18, 1772319600000],
		["leap day to leap day", "2008-02-29", 20, 1835391600000],
		["on the day the clocks change", "2008-03-29", 18, 1774738800000],
		["the day after", "2008-03-30", 18, 1774821600000],
		["in January of a leap year", "2010-01-31", 18, 1832886000000],
	]
	calendar.birthday(date, age) == want
}
