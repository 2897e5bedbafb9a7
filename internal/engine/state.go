package engine

import (
	"slices"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

// reportMissing reports that the timestamp of a state is missing.
func (p *pass) reportMissing(r *resource, s *lifecycle.State, message, found string) {
	p.report(p.valueAt(r.pathTo(s.Entered)), placed(message, s.Place, found+", and there is no "+s.Entered, "a time"))
}

// required reports whether the schema requires a member: if so, a rule of
// schemas reports that it is missing.
func (r *resource) required(pointer string) bool {
	path := jsonvalue.SplitPointer(pointer)
	m := r.shape.Named(path[0])
	return len(path) == 1 && m != nil && m.Required
}

// has reports whether a timestamp is present, whatever its value: the rule
// time-unit reports placeholders.
func (r *resource) has(pointer string) bool {
	return r.timestamp(pointer).present
}

// finals returns the final states whose timestamps are present, one for each
// timestamp.
func (r *resource) finals() []*lifecycle.State {
	var all []*lifecycle.State
	for _, s := range r.life.States() {
		if s.Final() && r.entered(s) && !slices.ContainsFunc(all, func(other *lifecycle.State) bool { return other.At == s.At }) {
			all = append(all, s)
		}
	}
	return all
}

// entered reports whether the timestamp of a state says that the state was
// reached. A placeholder does not.
func (r *resource) entered(s *lifecycle.State) bool {
	return s.At >= 0 && r.timestamps[s.At].present && !r.timestamps[s.At].isPlaceholder()
}
