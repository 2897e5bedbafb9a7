package engine

// A history keeps, of each response, only what later responses are compared
// with, in a few bytes: of a resource with three responses some 170 in all.

// observation is what one response said of a resource.
type observation struct {
	moment
	cells []cell
}

// moment is when and where an observation was made.
type moment struct {
	time   int64 // Unix milliseconds; 0 where unknown
	file   int64
	entry  int64
	line   int64
	origin int64 // operation and status
}

// meet calls yield for the observations that s is compared with, among
// those on one side of it in time, the nearest first: for the nearest with all
// that differs, and for the next one that says something of a member of which
// that one says nothing.
func (s *observation) meet(w *tracked, side []observation, earlier bool, yield func(other moment, changes []change)) {
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
