package validator

import "slices"

// A history keeps, of each response, only what later responses are held
// against, in a few bytes: of a resource with three responses some 170 in all.

// observation is what one response said of a resource.
type observation struct {
	moment
	cells []cell
}

// moment is when and where an observation was made.
type moment struct {
	time  int64 // Unix milliseconds; 0 where unknown
	file  int64
	entry int64
	line  int64
}

// mostObservations bounds what is kept of one resource.
const mostObservations = 32

// thin drops observations that no later one needs. Of equal ones in a row the
// first and the last are enough. Of too many, every second goes: the rules
// hold from one response to the next but one if they hold in between.
func thin(timeline []observation) []observation {
	kept := timeline[:0]
	for i, s := range timeline {
		if n := len(kept); n >= 2 && i > 0 && slices.Equal(kept[n-1].cells, s.cells) && slices.Equal(kept[n-2].cells, s.cells) {
			kept[n-1] = s
			continue
		}
		kept = append(kept, s)
	}
	if len(kept) <= mostObservations {
		return kept
	}
	half := kept[:0]
	for i, s := range kept {
		if i%2 == 0 || i == len(kept)-1 {
			half = append(half, s)
		}
	}
	return half
}
