package engine

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

	answer int64 // the number of the operation and the status
}

// meet calls yield for the observations that s is to be held against, among
// those on one side of it in time, the nearest first: for the nearest with all
// that differs, and for the next one that says something of a member of which
// that one says nothing.
func (s *observation) meet(w *watch, side []observation, earlier bool, yield func(other moment, changes []change)) {
	if len(side) == 0 {
		return
	}
	differ := func(i int, other cell) change {
		if earlier {
			return change{i, other, s.cells[i]}
		}
		return change{i, s.cells[i], other}
	}
	var changes []change
	for i, c := range s.cells {
		if other := side[0].cells[i]; c != other {
			changes = append(changes, differ(i, other))
		}
	}
	yield(side[0].moment, changes)
	for _, c := range changes {
		if !w.says(c.index, s.cells[c.index]) || w.says(c.index, side[0].cells[c.index]) {
			continue
		}
		for _, o := range side[1:] {
			if other := o.cells[c.index]; w.says(c.index, other) {
				if other != s.cells[c.index] {
					yield(o.moment, []change{differ(c.index, other)})
				}
				break
			}
		}
	}
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
