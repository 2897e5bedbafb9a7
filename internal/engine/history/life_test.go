package history

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// In each row, responses are in the order of time, each as its file, the first letter of
// its state, and where the kind has one its time of creation, which is the member
// invoice. A life that begins anew is after a bar.
func TestLives(t *testing.T) {
	for _, tt := range []struct {
		created   int
		scope     Scope
		responses string
		want      string
	}{
		{2, ScopeLife, "ao1 ap1 bo2 bp2", "ao1 ap1 | bo2 bp2"},
		{2, ScopeLife, "ao1 bo2 co3", "ao1 | bo2 | co3"},
		{2, ScopeLife, "ao1 bp1 co2", "ao1 bp1 | co2"},               // of one life in two files
		{2, ScopeLife, "ao1 bo2 ap1 bp2", "ao1 ap1 | bo2 bp2"},       // at the same time
		{2, ScopeLife, "ao1 bo2 cp1", "ao1 cp1 | bo2"},               // seen again in a third file
		{2, ScopeLife, "ao1 ap1 ao2", "ao1 ap1 ao2"},                 // within a file
		{2, ScopeLife, "ao1 bp2", "ao1 bp2"},                         // not the initial state
		{2, ScopeLife, "ap1 bo1", "ap1 bo1"},                         // the same time of creation
		{2, ScopeLife, "ap bo2 co3", "ap bo2 | co3"},                 // unknown at first
		{2, ScopeLife, "ao1 b bp1 co2 c cp", "ao1 b bp1 | co2 c cp"}, // what says nothing
		{2, ScopeRun, "ao1 ap1 bo2 bp2", "ao1 ap1 bo2 bp2"},
		{2, ScopeFile, "ao1 bp1 co1", "ao1 | bp1 | co1"},
		{0, ScopeLife, "ao ap bo bp", "ao ap | bo bp"},
		{0, ScopeLife, "ao ap bo", "ao ap bo"},       // one state
		{0, ScopeLife, "ao bo bp", "ao bo bp"},       // no contradiction
		{0, ScopeLife, "ao ap ao", "ao ap ao"},       // within a file
		{0, ScopeLife, "ap bp bo bp", "ap bp bo bp"}, // not the initial state first
		{0, ScopeRun, "ao ap bo bp", "ao ap bo bp"},
		{0, ScopeFile, "ao ap bp", "ao ap | bp"},
	} {
		k := kindOf(t, states)
		k.Created = tt.created
		s := NewStore([]*Kind{k})
		s.Scope, s.MayContradict = tt.scope, func(*Kind, *Pair) bool { return false }
		for i, text := range strings.Fields(tt.responses) {
			values := make([]Value, 4)
			for _, name := range states {
				if len(text) > 1 && name[:1] == text[1:2] {
					values[0] = Value{kind: kindText, text: name}
				}
			}
			if len(text) > 2 {
				values[2] = numberValue(text[2:])
			}
			s.Insert(1, k, Moment{Time: int64(i + 1), File: text[:1], Entry: int64(i)}, k.pack(values), ignore)
		}
		_, encoded := s.timelines.find(1)
		all := readTimeline(encoded)
		got := ""
		for i, l := range s.lives(k, all.observations(k), -1) {
			if i > 0 {
				got += "| "
				assert.Equal(t, tt.scope == ScopeLife, l.begins != nil, tt.responses)
			}
			for _, o := range l.observations {
				got += strings.Fields(tt.responses)[o.time-1] + " "
			}
		}
		assert.Equal(t, tt.want, strings.TrimSpace(got), tt.responses)
		if strings.Contains(tt.want, "|") && tt.scope == ScopeLife {
			assert.True(t, all.suspect, "%s: is looked at in the end", tt.responses)
		}
	}
}

// However often an identity is used again, what is kept of it is bounded, and nothing is
// dropped of the lives that are kept.
func TestManyLives(t *testing.T) {
	for _, created := range []int{0, 2} {
		k := kindOf(t, states)
		k.Created = created
		s := NewStore([]*Kind{k})
		s.MayContradict = func(*Kind, *Pair) bool { return false }
		const files = 2 * mostGroups
		for i := range files {
			for j, state := range []string{"open", "paid", "open", "paid"} {
				values := []Value{{kind: kindText, text: state}, {}, numberValue(fmt.Sprint(i)), {}}
				s.Insert(1, k, Moment{Time: int64(4*i + j), File: fmt.Sprint(i), Entry: int64(j)}, k.pack(values), ignore)
			}
		}
		r, _ := s.Resource(1)
		assert.Len(t, r.Responses, 4*mostGroups)
		begun := 0
		for _, p := range s.Pairs() {
			if p.Begins != nil {
				begun++
			}
		}
		assert.Equal(t, mostGroups-1, begun)
	}
}
