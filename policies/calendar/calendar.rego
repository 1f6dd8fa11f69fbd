# METADATA
# title: Calendar of the Netherlands
# description: |
#   Moments are milliseconds since 1970 in UTC. Dates are of the proleptic Gregorian calendar; local time is
#   Europe/Amsterdam under the rule in force since 1996: one hour ahead of UTC, two from the last Sunday of March
#   01:00 UTC to the last Sunday of October 01:00 UTC. Integers only.
package calendar

# METADATA
# title: The end lies at most so many calendar years behind the start
# description: |
#   The same local date and time in the year asked; 29 February becomes 28 February. Spans too short to need the
#   calendar are recognised by their length.
within_years(from, until, years) if until - from <= (years * 31536000000) - 90000000

else if until <= years_after(from, years)

# METADATA
# title: The same local date and time, years later
years_after(moment, years) := from_local((_days(year, month, _day_in_month(year, month, day)) * 86400000) + time) if {
	local := to_local(moment)
	date := _quotient(local, 86400000)
	time := local - (date * 86400000)
	[start, month, day] := _date(date)
	year := start + years
}

# METADATA
# title: The moment at which a birthday begins
# description: Who was born on 29 February celebrates on 1 March where the year has no such day.
birthday(date, age) := from_local(_days(to_number(parts[0]) + age, to_number(parts[1]), to_number(parts[2])) * 86400000) if {
	parts := split(date, "-")
}

# METADATA
# title: Local time of a moment, written as if it were UTC
to_local(moment) := moment + 7200000 if summer(moment)

else := moment + 3600000

# METADATA
# title: The moment of a local time
# description: Skipped and doubled hours are read as standard time.
from_local(local) := local - 7200000 if {
	summer(local - 7200000)
	summer(local - 3600000)
}

else := local - 3600000

# METADATA
# title: Summer time is in force
summer(moment) if {
	[year, _, _] := _date(_quotient(moment, 86400000))
	_last_sunday(year, 3) <= moment
	moment < _last_sunday(year, 10)
}

# 01:00 UTC on the last Sunday of a month with 31 days; day 0 (1 January 1970) was a Thursday
_last_sunday(year, month) := ((last - ((last + 4) % 7)) * 86400000) + 3600000 if last := _days(year, month, 31)

# days since 1970-01-01; years begin in March, so that the leap day comes last
_days(year, month, day) := (((era * 146097) + year_days) + day_of_year) - 719468 if {
	[shifted_year, shifted_month] := _from_march(year, month)
	era := _quotient(shifted_year, 400)
	year_of_era := shifted_year - (era * 400)
	day_of_year := (_quotient((153 * shifted_month) + 2, 5) + day) - 1
	year_days := ((year_of_era * 365) + _quotient(year_of_era, 4)) - _quotient(year_of_era, 100)
}

_from_march(year, month) := [year, month - 3] if month > 2

_from_march(year, month) := [year - 1, month + 9] if month <= 2

# [year, month, day] of a number of days since 1970-01-01
_date(days) := [year, month, day] if {
	since := days + 719468
	era := _quotient(since, 146097)
	day_of_era := since - (era * 146097)
	leap_days := (_quotient(day_of_era, 1460) - _quotient(day_of_era, 36524)) + _quotient(day_of_era, 146096)
	year_of_era := _quotient(day_of_era - leap_days, 365)
	day_of_year := day_of_era - (((365 * year_of_era) + _quotient(year_of_era, 4)) - _quotient(year_of_era, 100))
	shifted_month := _quotient((5 * day_of_year) + 2, 153)
	day := (day_of_year - _quotient((153 * shifted_month) + 2, 5)) + 1
	[carry, month] := _to_january(shifted_month)
	year := ((era * 400) + year_of_era) + carry
}

_to_january(shifted_month) := [0, shifted_month + 3] if shifted_month < 10

_to_january(shifted_month) := [1, shifted_month - 9] if shifted_month >= 10

_day_in_month(year, 2, 29) := 28 if not _leap(year)

else := 29

_day_in_month(_, month, day) := day if [month, day] != [2, 29]

_leap(year) if {
	year % 4 == 0
	year % 100 != 0
}

_leap(year) if year % 400 == 0

# rounded down
_quotient(dividend, divisor) := (dividend - (dividend % divisor)) / divisor if dividend >= 0

_quotient(dividend, divisor) := (((dividend + 1) - ((dividend + 1) % divisor)) / divisor) - 1 if dividend < 0
