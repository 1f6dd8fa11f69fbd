# METADATA
# title: Calendar of the Netherlands
# description: |
#   Moments are milliseconds since 1970 in UTC; local time (Europe/Amsterdam) is written as if it were UTC. Exact from
#   1996, when today's rule for summer time began, to 2099: within these years every fourth is a leap year. Integers
#   only, and few steps: in WASM each costs a microsecond.
package calendar

# METADATA
# title: The end lies at most five years behind the start
# description: The same local date and time five years later; 29 February becomes 28 February (R60).
within_five_years(from, until) if to_local(until) <= five_years_after(to_local(from))

# METADATA
# title: Five years later
# description: A year begins in March here, so that the leap day ends it.
five_years_after(local) := local + 157852800000 if {
	year_position := _position(local)
	year_position.year == 3
	year_position.since < _leap_day
}

else := local + 157766400000

_leap_day := 31536000000

# METADATA
# title: The moment at which a birthday begins
# description: Who was born on 29 February celebrates on 1 March where the year has no such day.
birthday(date, age) := _from_local_midnight(_days(to_number(year) + age, month, day) * 86400000) if {
	[year, month, padded_day] := split(date, "-")
	day := to_number(concat("", ["1", padded_day])) - 100
}

# METADATA
# title: Local time of a moment
to_local(moment) := moment + 7200000 if summer(moment)

else := moment + 3600000

# the clocks never change within two hours of midnight
_from_local_midnight(local) := local - 7200000 if summer(local - 3600000)

else := local - 3600000

# METADATA
# title: Summer time is in force
# description: From the last Sunday of March 01:00 UTC until the last Sunday of October 01:00 UTC.
summer(moment) if {
	since := _position(moment).since
	_sunday_has_come(moment, since - _march_25)
	not _sunday_has_come(moment, since - _october_25)
}

# 25 March and 25 October, 01:00, since 1 March: the Sunday in the seven days from then on is the month's last
_march_25 := 2077200000

_october_25 := 20566800000

# a Sunday began at 01:00 no longer ago than this; 4 January 1970 was a Sunday
_sunday_has_come(moment, ago) if (moment - 262800000) % 604800000 <= ago

# year within four years that end with a leap day, and milliseconds since 1 March 00:00 of that year; 1 March 1904
# began such years
_position(moment) := _within_four_years((moment + 2077660800000) % 126230400000)

_within_four_years(rest) := {"year": 3, "since": rest - 94608000000} if rest >= 94608000000

else := {"year": 2, "since": rest - 63072000000} if rest >= 63072000000

else := {"year": 1, "since": rest - 31536000000} if rest >= 31536000000

else := {"year": 0, "since": rest}

# days from 1 January 1970 to a date; 29 February of a common year counts as 1 March
_days(year, month, day) := ((((since_1904 * 365) + leap_days) + data.tables.days_since_march[month]) + day) - 24048 if {
	since_1904 := _march_year(year, month) - 1904
	leap_days := (since_1904 - (since_1904 % 4)) / 4
}

_march_year(year, month) := year - 1 if month in ["01", "02"]

else := year
