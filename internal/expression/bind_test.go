package expression

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// filledWith are the strings and numbers in holes.
type filledWith []*jsonvalue.Value

func (f filledWith) Natural(hole int) (n int64, ok bool) {
	text := f[hole].Text
	n, err := strconv.ParseInt(text, 10, 64)
	return n, f[hole].Kind == jsonvalue.Number && err == nil && len(text) <= 15 && text[0] != '-'
}

func (f filledWith) Value(hole int) *jsonvalue.Value { return f[hole] }

// holesOf returns the strings and numbers in a value, and their indexes.
func holesOf(v *jsonvalue.Value) (all filledWith, numbers map[*jsonvalue.Value]Place) {
	numbers = map[*jsonvalue.Value]Place{}
	var add func(*jsonvalue.Value)
	add = func(v *jsonvalue.Value) {
		if v.Kind == jsonvalue.String || v.Kind == jsonvalue.Number {
			numbers[v] = Place(len(all))
			all = append(all, v)
		}
		for _, m := range v.Members {
			add(m.Value)
		}
		for _, item := range v.Items {
			add(item)
		}
	}
	add(v)
	return all, numbers
}

// refill replaces the strings and numbers in a value by others.
func refill(t *rapid.T, v *jsonvalue.Value) {
	all, _ := holesOf(v)
	for _, v := range all {
		if rapid.Bool().Draw(t, "same") {
			continue
		}
		v.Text = rapid.SampledFrom([]string{"x", "y", "", "x y"}).Draw(t, "text")
		if v.Kind == jsonvalue.Number {
			v.Text = rapid.SampledFrom([]string{"0", "1", "2", "-1", "1.0", "1.5", "999999999999999", "1000000000000000", "9223372036854775807", "-9223372036854775808", "1e400"}).Draw(t, "number")
		}
	}
}

// lawOfBind checks what Bind promises of an expression: what holds for a bound one holds
// for the object with the fillings.
func lawOfBind(t *rapid.T, text string, bindings *int) {
	e, err := Compile(text)
	if err != nil {
		return
	}
	one := variablesOf(t, drawnData(t), "{}")
	holes, numbers := holesOf(one.Self)
	bound, ok := e.Bind(one.Self, placeAmong(numbers), holes)
	if !ok {
		return
	}
	*bindings++
	for range 3 {
		other := *one
		var filled filledWith
		refill(t, one.Self) // in place, so that the structure is the same
		filled, _ = holesOf(one.Self)
		other.Filled, other.Status = filled, rapid.SampledFrom([]int{0, 1, 200}).Draw(t, "status")
		if rapid.Bool().Draw(t, "has parameters") {
			other.Params = map[string]string{"a": "x"}
		}
		plain := other
		plain.Params = nil
		want, decided := e.Holds(&plain)
		without := other
		without.Self = nil // it is bound to what is left of it
		got := bound.Holds(&without)
		if bound.Always() {
			require.True(t, got, "%s: Always", text)
		}
		if got {
			require.True(t, want && decided, "%s: %s", text, shown(one.Self))
		} else if want && decided && e.tree.holds(&plain) == yes {
			t.Fatalf("%s: %s: the tree decides, but not the bound one", text, shown(one.Self))
		}
	}
}

func shown(v *jsonvalue.Value) (text string) {
	all, _ := holesOf(v)
	for _, v := range all {
		text += strconv.Quote(v.Text) + " "
	}
	return text
}

func TestBoundExpressions(t *testing.T) {
	bindings := 0
	rapid.Check(t, func(t *rapid.T) {
		for range 5 {
			lawOfBind(t, drawnText(t, rapid.IntRange(0, 3).Draw(t, "depth")), &bindings)
		}
	})
	assert.Greater(t, bindings, 20)
}

// A condition that is known to hold does not make another operand, which is not true or
// false, the value of a conjunction.
func TestBoundOperands(t *testing.T) {
	for text, want := range map[string]bool{
		"(has(self.a) && self.n) == self.n":      false,
		"(!has(self.a) || self.n) == self.n":     false,
		"(self.n && has(self.a)) == self.n":      false,
		"(self.n || !has(self.a)) == self.n":     false,
		"(has(self.a) && self.n == 1) == self.a": true,
		"(self.a ? self.n : self.s) == self.n":   true,
		"has(self.a) && self.n == 1":             true,
		"!has(self.a) || self.s == 'x'":          true,
	} {
		e, err := Compile(text)
		require.NoError(t, err, text)
		v := variablesOf(t, `{"a": true, "n": 1, "s": "x"}`, "{}")
		holes, numbers := holesOf(v.Self)
		v.Filled = holes
		bound, ok := e.Bind(v.Self, placeAmong(numbers), holes)
		assert.Equal(t, want, ok && bound.Holds(v), text)
		holds, decided := e.Holds(v)
		assert.Equal(t, want, holds && decided, text)
	}
}

func placeAmong(numbers map[*jsonvalue.Value]Place) func(*jsonvalue.Value) Place {
	return func(v *jsonvalue.Value) Place {
		if place, ok := numbers[v]; ok {
			return place
		}
		return Fixed
	}
}
