package history

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

var unexported = cmp.AllowUnexported(observation{}, moment{}, Value{}, timeline{})

// stateless returns a kind with so many members, the lifecycle of which has no
// states.
func stateless(members int) *Kind {
	k := NewKind(&lifecycle.Lifecycle{}, 0, "secret")
	k.Members, k.Entered = make([]string, members), make([]*lifecycle.State, members)
	return k
}

// Values are packed to equal bytes if, and only if, they are equal.
func TestPack(t *testing.T) {
	order := kindOf(t, states)
	rapid.Check(t, func(t *rapid.T) {
		k := order
		if rapid.Bool().Draw(t, "stateless") {
			k = stateless(rapid.IntRange(1, 20).Draw(t, "members"))
		}
		a, b := drawValues(t, k), drawValues(t, k)
		packed, other := k.pack(a), k.pack(b)
		assert.True(t, isPacked(packed, len(a)))
		if diff := cmp.Diff(a, k.Unpack(packed), unexported); diff != "" {
			t.Fatal(diff)
		}
		assert.Equal(t, slices.Equal(a, b), string(packed) == string(other))
		for _, c := range k.changes(packed, other, nil) {
			assert.NotEqual(t, c.Before, c.After)
			assert.Equal(t, Change{c.Member, a[c.Member], b[c.Member]}, c)
			a[c.Member] = b[c.Member]
		}
		assert.Equal(t, a, b, "there are no other changes")
	})
}

// However a member is given to a packer, the bytes are the same, whatever it
// remembers.
func TestPackerValue(t *testing.T) {
	k, other := kindOf(t, states), stateless(6)
	var digests Digests
	rapid.Check(t, func(t *rapid.T) {
		if rapid.IntRange(0, 9).Draw(t, "of another kind") == 0 {
			digests.Pack(other, nil)
		}
		whole, single := k.Pack([]byte("before")), digests.Pack(k, []byte("before"))
		for i := range k.Members {
			if i == 0 && rapid.Bool().Draw(t, "has a state") {
				name := rapid.SampledFrom(states).Draw(t, "state")
				whole.Value(&jsonvalue.Value{Kind: jsonvalue.String, Text: name})
				single.State(name)
				continue
			}
			text := rapid.OneOf(rapid.Custom(drawJSON), rapid.SampledFrom([][]byte{
				[]byte(`"a"`), []byte(`"2026-01-02T03:04:05.678+01:00"`), []byte(`"` + plumb.Masked + ` and more"`), []byte(`{"more than sixteen bytes": 1}`), []byte(`"{\"more than sixteen bytes\": 1}"`), []byte(`[ ]`), []byte(`"` + strings.Repeat("y", 40) + `"`), nil,
			})).Draw(t, "text")
			if text == nil {
				whole.Value(nil)
				single.Absent()
				continue
			}
			v := parsed(string(text))
			whole.Value(v)
			switch v.Kind {
			case jsonvalue.Null:
				single.Null()
			case jsonvalue.Number: // a whole one
				n, err := strconv.ParseInt(v.Text, 10, 64)
				require.NoError(t, err)
				single.Integer(n)
			case jsonvalue.String:
				single.Text([]byte(v.Text))
			default:
				single.JSON(text)
			}
		}
		assert.Equal(t, whole.Bytes(), single.Bytes())
	})
}

// Bytes that come from elsewhere are refused where they cannot be read.
func TestIsPacked(t *testing.T) {
	k := kindOf(t, states)
	p := k.Pack(nil)
	p.State("paid")
	p.Text([]byte("a"))
	p.Integer(1)
	p.Null()
	good := p.Bytes()
	assert.True(t, isPacked(good, 4))
	for end := range good {
		assert.False(t, isPacked(good[:end], 4), "the first %d bytes", end)
	}
	assert.False(t, isPacked(append(slices.Clone(good), 0), 4), "more bytes")
	for _, kinds := range []byte{kindState << 4, kindState + 1, kindInteger} { // a state as the second, and kinds that there are not
		assert.False(t, isPacked([]byte{kinds, 0}, 2), "%x", kinds)
	}
}

// More states than fit a byte are kept by their names.
func TestManyStates(t *testing.T) {
	var many []string
	for i := range 300 {
		many = append(many, fmt.Sprintf("the state number %d", i))
	}
	k := kindOf(t, many)
	for _, s := range many {
		p := k.Pack(nil)
		p.State(s)
		for range k.Members[1:] {
			p.Absent()
		}
		name, ok := k.Unpack(p.Bytes())[0].Text()
		assert.True(t, ok, s)
		assert.Equal(t, s, name)
	}
}
