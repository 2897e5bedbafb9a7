package history

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/schema"
	"github.com/plumbapi/plumb/spec"
)

// states are those of the kinds in tests: names that are kept as they are, are
// longer than strings that are kept, and longer than any string that is packed.
var states = []string{"open", "paid", "waiting for the customer", strings.Repeat("x", 300)}

// kindOf returns a kind with a member that never changes, one that is set once and
// one that never decreases, besides the state.
func kindOf(t testing.TB, states []string) *Kind {
	t.Helper()
	var nexts []string
	for i, s := range states {
		next := "{}"
		if i+1 < len(states) {
			next = fmt.Sprintf("{next: [%q]}", states[i+1])
		}
		nexts = append(nexts, fmt.Sprintf("%q: %s", s, next))
	}
	text := `openapi: 3.1.0
info: {title: t, version: "1"}
paths: {}
components:
  schemas:
    Order:
      type: object
      properties: {id: {type: string}, state: {type: string}, customer: {type: string}, invoice: {type: string}, done: {type: integer}}
      x-lifecycle:
        {identity: /id, state: /state, initial: ` + fmt.Sprintf("%q", states[0]) + `, neverChanges: [/customer], setOnce: [/invoice], neverDecreases: [/done], states: {` + strings.Join(nexts, ", ") + `}}
`
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(text)}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	life, err := lifecycle.Parse(schema.New(d).At("Order", d.Schemas[0].Place).Shape)
	require.NoError(t, err)
	return NewKind(life, 0, "secret")
}

func TestKind(t *testing.T) {
	k := kindOf(t, states)
	assert.Equal(t, []string{"/state", "/customer", "/invoice", "/done"}, k.Members)

	same := NewKind(k.Life, 1, "secret")
	assert.Equal(t, k.Key([]byte("1")), same.Key([]byte("1")), "of the same lifecycle")
	assert.NotEqual(t, k.Key([]byte("1")), k.Key([]byte("2")))
	assert.NotEqual(t, k.Key([]byte("1")), NewKind(k.Life, 0, "another").Key([]byte("1")))
	other := *k.Life
	other.Place.Pointer = "/components/schemas/Other"
	assert.NotEqual(t, k.Key([]byte("1")), NewKind(&other, 0, "secret").Key([]byte("1")))
}

func TestSays(t *testing.T) {
	k := kindOf(t, states)
	text := func(s string) Value { return Value{kind: kindText, text: s} }
	for _, v := range []struct {
		value Value
		says  []int // the members of which it says something
	}{
		{Value{}, nil},
		{Value{kind: kindNull}, []int{1, 2}},
		{text("open"), []int{0, 1, 2}},
		{text("closed"), []int{1, 2}},
		{numberValue("1"), []int{1, 2, 3}},
		{numberValue("1.5"), []int{1, 2, 3}},
		{Value{kind: kindDigest, bits: 7}, []int{1, 2}},
	} {
		for member := range k.Members {
			assert.Equal(t, slices.Contains(v.says, member), k.says(member, v.value), "%v of member %d", v.value, member)
		}
	}
}
