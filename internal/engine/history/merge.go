package history

import "iter"

// mostRuns is how many runs are merged to one, so that many runs take little
// memory.
const mostRuns = 64

// spill writes the timelines in memory to the file. Where that fails, they stay
// there, and so do all that come.
func (s *Store) spill() {
	r, ok := s.disk.write(s.merged([]*cursor{s.timelines.cursor()}))
	if !ok {
		s.limit = 0
		return
	}
	s.timelines.empty()
	s.runs = append(s.runs, r)
	for n := len(s.runs); n >= mostRuns && s.runs[n-mostRuns].level == r.level; n = len(s.runs) {
		level := r.level + 1
		if r, ok = s.disk.write(s.merged(s.cursors(s.runs[n-mostRuns:]))); !ok {
			s.limit = 0
			return
		}
		r.level = level
		s.runs = append(s.runs[:n-mostRuns], r)
	}
}

// all returns the timelines of all resources, each once. Nothing may be inserted
// meanwhile.
func (s *Store) all() iter.Seq2[Key, []byte] {
	return s.merged(append(s.cursors(s.runs), s.timelines.cursor()))
}

// ofSuspects returns the timelines of the resources that may have a contradiction.
// To find them takes all timelines, so they are written by themselves.
func (s *Store) ofSuspects() iter.Seq2[Key, []byte] {
	if s.suspects != nil {
		return s.merged(s.cursors([]*run{s.suspects}))
	}
	suspects := func(yield func(Key, []byte) bool) {
		for key, encoded := range s.all() {
			if isSuspect(encoded) && !yield(key, encoded) {
				return
			}
		}
	}
	if len(s.runs) > 0 {
		if r, ok := s.disk.write(suspects); ok {
			s.suspects = r
			return s.ofSuspects()
		}
	}
	return suspects
}

// cursors returns cursors over the whole of runs.
func (s *Store) cursors(runs []*run) []*cursor {
	var all []*cursor
	for _, r := range runs {
		all = append(all, s.disk.whole(r))
	}
	return all
}

// merged returns the timelines that cursors give, in the order of their keys. What
// several of them have of a resource is joined; they are in the order in which it
// was inserted.
func (s *Store) merged(all []*cursor) iter.Seq2[Key, []byte] {
	return func(yield func(Key, []byte) bool) {
		var cursors cursors
		for i, c := range all {
			if c.order = i; c.next() {
				cursors = append(cursors, c)
			}
		}
		for i := len(cursors)/2 - 1; i >= 0; i-- {
			cursors.sink(i)
		}
		for len(cursors) > 0 {
			key, encoded := cursors[0].key, cursors[0].timeline
			if !cursors.haveAgain(key) { // most often
				if !yield(key, encoded) {
					return
				}
				cursors.advance()
				continue
			}
			s.joined = append(s.joined[:0], encoded...)
			for cursors.advance(); len(cursors) > 0 && cursors[0].key == key; cursors.advance() {
				s.joined, s.spare = s.join(key, s.spare[:0], s.joined, cursors[0].timeline), s.joined
			}
			if !yield(key, s.joined) {
				return
			}
		}
	}
}
