package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb/internal/drift"
)

func TestContradictionsAreStillFound(t *testing.T) {
	for _, test := range []struct {
		name          string
		before, after []drift.Fault
		findings      int
		err           string
	}{
		{"none", nil, nil, 0, ""},
		{"the same", []drift.Fault{{Rule: "time-order", Count: 4}}, []drift.Fault{{Rule: "time-order", Count: 4}}, 4, ""},
		{"more", []drift.Fault{{Rule: "time-order", Count: 1}}, []drift.Fault{{Rule: "state-final-conflict", Count: 2}, {Rule: "time-order", Count: 3}}, 1, ""},
		{"fewer", []drift.Fault{{Rule: "time-order", Count: 4}}, []drift.Fault{{Rule: "time-order", Count: 3}}, 0, "1 of 4 findings of time-order, which plumb check shows, would no longer be found"},
		{"gone", []drift.Fault{{Rule: "time-order", Count: 4}}, nil, 0, "4 of 4 findings of time-order, which plumb check shows, would no longer be found"},
		{"of histories", []drift.Fault{{Rule: "history-transition", Count: 2}}, nil, 0, ""},
	} {
		findings, err := contradictions(test.before, test.after)
		assert.Equal(t, test.findings, findings, test.name)
		if test.err == "" {
			assert.NoError(t, err, test.name)
		} else {
			assert.EqualError(t, err, test.err, test.name)
		}
	}
}
