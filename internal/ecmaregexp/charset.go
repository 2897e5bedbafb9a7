package ecmaregexp

import (
	"slices"
	"sync"
	"unicode"
)

// runeRange is the characters from lo to hi, both included.
type runeRange struct{ lo, hi rune }

// charSet is a set of characters: sorted ranges that neither overlap nor touch.
type charSet struct {
	ranges []runeRange
	ascii  [2]uint64 // has a bit for each character of ASCII in the set
}

// newCharSet returns the set of the characters in any of the ranges, which it
// may reorder.
func newCharSet(ranges []runeRange) *charSet {
	if !slices.IsSortedFunc(ranges, byLow) {
		slices.SortFunc(ranges, byLow)
	}
	merged := ranges[:0]
	for _, r := range ranges {
		if last := len(merged) - 1; last >= 0 && r.lo <= merged[last].hi+1 {
			merged[last].hi = max(merged[last].hi, r.hi)
			continue
		}
		merged = append(merged, r)
	}
	s := &charSet{ranges: merged}
	for _, r := range merged {
		for c := r.lo; c <= min(r.hi, unicode.MaxASCII); c++ {
			s.ascii[c/64] |= 1 << (c % 64)
		}
	}
	return s
}

func byLow(a, b runeRange) int { return int(a.lo - b.lo) }

// contains reports whether c is in the set, which a negative number never is.
func (s *charSet) contains(c rune) bool {
	if uint32(c) <= unicode.MaxASCII {
		return s.ascii[c/64]&(1<<(c%64)) != 0
	}
	_, found := slices.BinarySearchFunc(s.ranges, c, func(r runeRange, c rune) int {
		switch {
		case r.hi < c:
			return -1
		case r.lo > c:
			return 1
		}
		return 0
	})
	return found
}

// single returns the only character of the set, if there is only one.
func (s *charSet) single() (rune, bool) {
	if len(s.ranges) == 1 && s.ranges[0].lo == s.ranges[0].hi {
		return s.ranges[0].lo, true
	}
	return 0, false
}

func (s *charSet) complement() *charSet { return newCharSet(complement(s.ranges)) }

// complement returns the ranges between those of a set.
func complement(ranges []runeRange) []runeRange {
	rest := make([]runeRange, 0, len(ranges)+1)
	next := rune(0)
	for _, r := range ranges {
		if r.lo > next {
			rest = append(rest, runeRange{next, r.lo - 1})
		}
		next = r.hi + 1
	}
	if next <= unicode.MaxRune {
		rest = append(rest, runeRange{next, unicode.MaxRune})
	}
	return rest
}

// union returns the ranges that are in any of the sets.
func union(sets ...*charSet) *charSet {
	var ranges []runeRange
	for _, s := range sets {
		ranges = append(ranges, s.ranges...)
	}
	return newCharSet(ranges)
}

// without returns what is in s and not in any of the others.
func (s *charSet) without(others ...*charSet) *charSet {
	rest := append([]*charSet{s.complement()}, others...)
	return union(rest...).complement()
}

// tableSet returns the set of the characters in the tables.
func tableSet(tables ...*unicode.RangeTable) *charSet {
	var ranges []runeRange
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			ranges = append(ranges, runeRange{lo, hi})
			return
		}
		for c := lo; c <= hi; c += stride {
			ranges = append(ranges, runeRange{c, c})
		}
	}
	for _, t := range tables {
		for _, r := range t.R16 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return newCharSet(ranges)
}

// The sets that have a notation of their own: \d, \w, \s (WhiteSpace and
// LineTerminator of ECMA-262), and the characters that . does not match.
var (
	anyChars       = newCharSet([]runeRange{{0, unicode.MaxRune}})
	noChars        = newCharSet(nil)
	digits         = newCharSet([]runeRange{{'0', '9'}})
	wordChars      = newCharSet([]runeRange{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}})
	lineEnds       = newCharSet([]runeRange{{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}})
	notLineEnds    = lineEnds.complement()
	whiteSpace     = union(newCharSet([]runeRange{{'\t', '\r'}, {0xFEFF, 0xFEFF}}), lineEnds, tableSet(unicode.Zs))
	surrogateChars = newCharSet([]runeRange{{0xD800, 0xDFFF}})
)

// foldable returns the characters that are equal to others under simple case
// folding.
var foldable = sync.OnceValue(func() []rune {
	var all []rune
	for c := rune(0); c <= unicode.MaxRune; c++ {
		if unicode.SimpleFold(c) != c {
			all = append(all, c)
		}
	}
	return all
})

// manyChars is the size of a set from which on all foldable characters are
// looked up in the set, instead of folding each character of the set.
const manyChars = 2000

// folded returns the set with all characters that equal one of its characters
// when case is ignored, as in ECMA-262 with the flag u.
func (s *charSet) folded() *charSet {
	ranges := slices.Clone(s.ranges)
	add := func(c rune) {
		for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
			ranges = append(ranges, runeRange{f, f})
		}
	}
	if s.size() < manyChars {
		for _, r := range s.ranges {
			for c := r.lo; c <= r.hi; c++ {
				add(c)
			}
		}
		return newCharSet(ranges)
	}
	for _, c := range foldable() {
		if s.contains(c) {
			add(c)
		}
	}
	return newCharSet(ranges)
}

// size returns the number of characters in the set.
func (s *charSet) size() int {
	n := 0
	for _, r := range s.ranges {
		n += int(r.hi-r.lo) + 1
	}
	return n
}

// foldedWordChars is \w when case is ignored.
var foldedWordChars = sync.OnceValue(wordChars.folded)

// sameFolded reports whether a and b are equal when case is ignored.
func sameFolded(a, b rune) bool {
	if a == b {
		return true
	}
	for f := unicode.SimpleFold(a); f != a; f = unicode.SimpleFold(f) {
		if f == b {
			return true
		}
	}
	return false
}
