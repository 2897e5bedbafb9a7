// Package rfc3339 reads times that are written as most are: in UTC, in whole seconds.
// That takes a fraction of the time that time.Parse takes, which also reads the others.
package rfc3339

// Seconds returns the Unix time of a text like 2006-01-02T15:04:05Z. It is not ok where
// the text has another form, even if it is a time, or is not a time.
func Seconds[T string | []byte](text T) (unix int64, ok bool) {
	if len(text) != len("2006-01-02T15:04:05Z") || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z' {
		return 0, false
	}
	century, year, month, day := two(text, 0), two(text, 2), two(text, 5), two(text, 8)
	hour, minute, second := two(text, 11), two(text, 14), two(text, 17)
	if century|year|month|day|hour|minute|second < 0 || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	year += 100 * century
	if year == 0 || month < 1 || month > 12 || day < 1 || day > daysIn(month, year) {
		return 0, false
	}
	return ((days(year, month, day)*24+hour)*60+minute)*60 + second, true
}

// two returns the number that two digits are; negative if they are not digits.
func two[T string | []byte](text T, at int) int64 {
	a, b := text[at]-'0', text[at+1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int64(a)*10 + int64(b)
}

func daysIn(month, year int64) int64 {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// days returns the number of days from 1970-01-01 to a date. Years are counted from
// March, so that the day that some have more is the last.
func days(year, month, day int64) int64 {
	const to1970 = 719468 // from 0000-03-01
	if month < 3 {
		year, month = year-1, month+12
	}
	return year*365 + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - to1970
}
