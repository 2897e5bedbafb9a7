package lifecycle_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/schema"
	"github.com/plumbapi/plumb/spec"
)

// parse parses the lifecycle of a schema that has the members of an order.
func parse(t *testing.T, text string) (*lifecycle.Lifecycle, error) {
	t.Helper()
	d, err := spec.Load(fstest.MapFS{
		"openapi.yaml": {Data: []byte(`openapi: 3.1.0
info: {title: t, version: "1"}
paths: {/orders: {get: {responses: {}}}}
components: {schemas: {Order: {$ref: order.yaml}}}
`)},
		"order.yaml": {Data: []byte(`type: object
properties:
  id: {type: string}
  state: {enum: [open, paid, shipped, lost]}
  note: {type: string}
  opened: {type: string, format: date-time}
  paid: {type: integer, format: unixtime}
  shipped: {type: integer, format: unixtime}
  lost: {type: integer, format: unixtime}
` + text)},
	}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	s := schema.New(d).At("Order", d.Schemas[0].Place)
	return lifecycle.Parse(s.Shape)
}

const order = `x-lifecycle:
  identity: /id
  state: /state
  initial: open
  states:
    open: {entered: /opened, next: [paid]}
    paid: {entered: /paid, next: [shipped, lost], atMost: P1DT2H}
    shipped: {entered: /shipped, next: [lost]}
    lost: {entered: /lost}
`

func TestNoLifecycle(t *testing.T) {
	l, err := parse(t, "")
	require.NoError(t, err)
	assert.Nil(t, l)
}

func TestDerived(t *testing.T) {
	l, err := parse(t, order)
	require.NoError(t, err)

	var before []string
	for _, p := range l.Before {
		before = append(before, p.Earlier+" "+p.Later)
	}
	assert.ElementsMatch(t, []string{
		"/opened /paid", "/opened /shipped", "/opened /lost", "/paid /shipped", "/paid /lost", "/shipped /lost",
	}, before)

	passed := map[string][]string{}
	for _, s := range l.States() {
		for _, p := range s.Passed {
			passed[s.Name] = append(passed[s.Name], p.Name)
		}
	}
	assert.Empty(t, cmp.Diff(map[string][]string{"paid": {"open"}, "shipped": {"open", "paid"}, "lost": {"open", "paid"}}, passed),
		"lost can be reached without shipped")

	assert.True(t, l.Reaches("open", "lost"))
	assert.True(t, l.Reaches("lost", "lost"))
	assert.False(t, l.Reaches("shipped", "paid"))
	assert.True(t, l.StateNamed("lost").Final())
	assert.Equal(t, 26.0, l.StateNamed("paid").AtMost.Hours())
	assert.Len(t, l.SetOnce, 4, "the timestamps of states")
	assert.Len(t, l.Timestamps, 4)
}

// In a cycle of states none is first.
func TestCircle(t *testing.T) {
	l, err := parse(t, strings.Replace(order, "next: [lost]", "next: [lost, paid]", 1))
	require.NoError(t, err)
	for _, p := range l.Before {
		assert.NotEqual(t, "/paid /shipped", p.Earlier+" "+p.Later)
	}
	assert.True(t, l.Reaches("shipped", "paid"))
}

func TestErrors(t *testing.T) {
	tests := map[string]struct {
		change, to string
		want       string
	}{
		"unknown keyword":       {"  initial:", "  begin:", `order.yaml:13:3: x-lifecycle: a lifecycle has no member "begin"; it may have identity, initial, neverChanges, neverDecreases, order, setOnce, state, states, timestamps`},
		"no such state":         {"next: [paid]", "next: [payed]", `order.yaml:15:37: x-lifecycle: "payed" is not one of the states`},
		"no such initial state": {"initial: open", "initial: new", `order.yaml:13:3: x-lifecycle: "new" is not one of the states`},
		"no such member":        {"/shipped,", "/sent,", `order.yaml:17:15: x-lifecycle: no schema describes /sent`},
		"no timestamp":          {"/shipped,", "/note,", `order.yaml:17:15: x-lifecycle: /note is not a timestamp: its schema has neither the format unixtime nor the format date-time`},
		"no such identity":      {"identity: /id", "identity: /key", `order.yaml:11:3: x-lifecycle: no schema describes /key`},
		"unreachable":           {"next: [shipped, lost]", "next: [lost]", `order.yaml:17:5: x-lifecycle: no transitions lead from "open" to "shipped"`},
		"not a duration":        {"P1DT2H", "2h", `order.yaml:16:51: x-lifecycle: "atMost" is "2h"; it must be a duration such as PT10M`},
		"no time":               {"P1DT2H", "PT0S", `order.yaml:16:51: x-lifecycle: "PT0S" is not longer than 0`},
		"bound of a last state": {"lost: {entered: /lost}", "lost: {entered: /lost, atMost: PT1M}", `order.yaml:18:28: x-lifecycle: atMost needs`},
		"value without state":   {"    lost: {entered: /lost}\n", "", `order.yaml:14:3: x-lifecycle: the schema of /state has the value "lost", which is not one of the states`},
		"state without value":   {"lost: {entered: /lost}", "lost: {entered: /lost}\n    gone: {}", `order.yaml:19:5: x-lifecycle: the schema of /state does not have the value "gone"`},
		"bad pointer":           {"identity: /id", "identity: id", `order.yaml:11:3: x-lifecycle: "identity" is "id"; it must be a JSON pointer such as /status`},
		"misspelt in a state":   {"atMost:", "atmost:", `order.yaml:16:51: x-lifecycle: a state has no member "atmost"; it may have atMost, description, entered, next; did you mean "atMost"?`},
		"no list":               {"next: [paid]", "next: paid", `order.yaml:15:30: x-lifecycle: "next" must be a list, not a string`},
		"no states":             {"  states:\n", "  states: {}\n  x:\n", `order.yaml:14:3: x-lifecycle: "states" must have at least one member`},
		"no such day":           {"  states:\n", "  timestamps: {notBefore: '2026-02-30T00:00:00Z'}\n  states:\n", `order.yaml:14:16: x-lifecycle: "2026-02-30T00:00:00Z" is not a time such as 2026-01-31T23:59:59Z`},
		"no such unit":          {"  states:\n", "  timestamps: {unit: days}\n  states:\n", `order.yaml:14:16: x-lifecycle: "unit" must be one of seconds, milliseconds, not "days"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, order, tt.change)
			_, err := parse(t, strings.Replace(order, tt.change, tt.to, 1))
			if assert.Error(t, err) {
				assert.Contains(t, err.Error(), tt.want)
			}
		})
	}
}
