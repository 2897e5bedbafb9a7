// Package lifecycle is the model behind x-lifecycle: the states of a resource,
// the transitions between them, and what follows from these for the timestamps
// that record them.
package lifecycle

import (
	"time"

	"github.com/plumbapi/plumb"
)

// Lifecycle is a lifecycle of a resource: its states, and the timestamps that
// record them.
type Lifecycle struct {
	Place    plumb.Source
	Identity string // JSON pointers, like all others, are relative to the object of the resource
	State    string
	Initial  string

	Unit      time.Duration // the unit of numbers of the format unixtime
	NotBefore time.Time     // the earliest plausible timestamp
	NotAfter  time.Time     // the latest plausible timestamp

	NeverChanges   []Member
	SetOnce        []Member
	NeverDecreases []Member

	// Timestamps are all members that hold a timestamp, in the order of the
	// schema's pointers.
	Timestamps []Timestamp

	// Before holds the pairs of timestamps of which the first must not be later
	// than the second, if both are set.
	Before []Pair

	states map[string]*State
	sorted []*State // by name

	indexes map[string]int // by pointer, the index in Timestamps
	reaches map[string]map[string]bool
}

// Member is a member that the lifecycle mentions, and where it does.
type Member struct {
	Pointer string
	Place   plumb.Source
}

// Timestamp is a member that holds a time.
type Timestamp struct {
	Member
	Text    bool // as RFC 3339 text (format date-time), not as a number
	Records bool // the beginning of a state
}

// Pair is two timestamps that are ordered.
type Pair struct {
	Earlier, Later     string
	EarlierAt, LaterAt int          // their indexes in the Timestamps
	Place              plumb.Source // where the description says so
}

// State is one state of a resource.
type State struct {
	Name    string
	Place   plumb.Source
	Entered string        // pointer to the timestamp of its beginning; may be empty
	At      int           // index of Entered in Timestamps, or -1
	Next    []string      // the names of the states that can directly follow
	Follow  []*State      // these states
	AtMost  time.Duration // the longest that it may last; 0 if not documented
	Passed  []*State      // the states that every resource has been in before, in order of their names
}

// Final reports whether no state follows.
func (s *State) Final() bool { return len(s.Next) == 0 }

// StateNamed returns the state with that name, or nil.
func (l *Lifecycle) StateNamed(name string) *State { return l.states[name] }

// States returns all states, sorted by name. The slice must not be changed.
func (l *Lifecycle) States() []*State { return l.sorted }

// TimestampAt returns the index in Timestamps of the timestamp with that
// pointer, or -1.
func (l *Lifecycle) TimestampAt(pointer string) int {
	if i, ok := l.indexes[pointer]; ok {
		return i
	}
	return -1
}

// Reaches reports whether a resource that was in one state can be in another
// later, after any number of transitions. A state reaches itself.
func (l *Lifecycle) Reaches(from, to string) bool {
	return from == to || l.reaches[from][to]
}

// Precedes reports whether a resource in one state has not been in another one, in which it
// can be later.
func (l *Lifecycle) Precedes(from, to string) bool {
	return from != to && l.Reaches(from, to) && !l.Reaches(to, from)
}

// reachable returns the states that can be reached from a state without passing
// through the avoided one.
func (l *Lifecycle) reachable(from, avoid string) map[string]bool {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		for _, next := range l.states[name].Next {
			if next != avoid && !seen[next] {
				seen[next] = true
				visit(next)
			}
		}
	}
	if from != avoid {
		visit(from)
	}
	return seen
}

// order records that one timestamp must not be later than another.
func (l *Lifecycle) order(earlier, later string, place plumb.Source) {
	l.Before = append(l.Before, Pair{earlier, later, l.TimestampAt(earlier), l.TimestampAt(later), place})
}

// derive computes what follows from the transitions: which states must have
// been passed before each, and in which order the timestamps of states come.
func (l *Lifecycle) derive() {
	states := l.States()
	l.reaches = map[string]map[string]bool{}
	for _, s := range states {
		l.reaches[s.Name] = l.reachable(s.Name, "")
		s.At = l.TimestampAt(s.Entered)
		for _, next := range s.Next {
			s.Follow = append(s.Follow, l.states[next])
		}
		for _, other := range states {
			if other != s && s.Name != l.Initial && (other.Name == l.Initial || !l.reachable(l.Initial, other.Name)[s.Name]) {
				s.Passed = append(s.Passed, other)
			}
		}
	}
	for _, a := range states {
		if a.At >= 0 {
			l.Timestamps[a.At].Records = true
		}
		for _, b := range states {
			if a.Entered == "" || b.Entered == "" || a.Entered == b.Entered {
				continue
			}
			// In a cycle of states none is first.
			if l.reachable(a.Name, "")[b.Name] && !l.reachable(b.Name, "")[a.Name] {
				l.order(a.Entered, b.Entered, b.Place)
			}
		}
	}
}
