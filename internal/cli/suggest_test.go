package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb/internal/drift"
)

func TestFaultsAreStillFound(t *testing.T) {
	for _, test := range []struct {
		name          string
		before, after []drift.Fault
		err           string
	}{
		{"none", nil, nil, ""},
		{"the same", []drift.Fault{{Rule: "time-order", Count: 4}}, []drift.Fault{{Rule: "time-order", Count: 4}}, ""},
		{"more", []drift.Fault{{Rule: "time-order", Count: 1}}, []drift.Fault{{Rule: "state-final-conflict", Count: 2}, {Rule: "time-order", Count: 3}}, ""},
		{"fewer", []drift.Fault{{Rule: "time-order", Count: 4}}, []drift.Fault{{Rule: "time-order", Count: 3}}, "1 of 4 findings of time-order, which plumb check shows, would no longer be found"},
		{"gone", []drift.Fault{{Rule: "time-order", Count: 4}}, nil, "4 of 4 findings of time-order, which plumb check shows, would no longer be found"},
		{"of histories", []drift.Fault{{Rule: "history-transition", Count: 2}}, nil, ""},
	} {
		err := lostFaults(test.before, test.after)
		if test.err == "" {
			assert.NoError(t, err, test.name)
		} else {
			assert.EqualError(t, err, test.err, test.name)
		}
	}
}

// The message does not call a finding a contradiction that is none.
func TestOverlayWritten(t *testing.T) {
	const still = "; the findings that are not drift, which an overlay does not settle, are still there: "
	for want, test := range map[string]struct {
		unsettled int
		rest      []drift.Fault
	}{
		"":                             {0, nil},
		" but the named (2)":           {2, nil},
		still + "http-path (3)":        {0, []drift.Fault{{Rule: "http-path", Count: 3}}},
		still + "http-path (1), x (2)": {0, []drift.Fault{{Rule: "http-path", Count: 1}, {Rule: "x", Count: 2}}},
	} {
		assert.EqualError(t, overlayWritten("a.yaml", test.unsettled, test.rest),
			"a.yaml is written, and checked against these recordings: with it there is no drift"+want)
	}
}
