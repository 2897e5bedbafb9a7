package expression_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

func TestNamed(t *testing.T) {
	for text, want := range map[string]string{
		"self.a <= oldSelf.b.c":                                  "self.a oldSelf.b oldSelf.b.c",
		"!has(self.a.b)":                                         "self.a self.a.b",
		"self.a[0].b > self.a[size(self.a)-1].b":                 "self.a self.a.[0].b self.a.[-1].b",
		"self.a.b.startsWith('x')":                               "self.a self.a.b",
		"self['a-b'].c.matches('x')":                             "self.a-b self.a-b.c",
		"self.a[1].b == self.a[self.i].c":                        "self.a self.a.[*].b self.i self.a.[*].c",
		"self.a.all(x, x.b > self.c)":                            "self.a self.a.[*].b self.c",
		"self.a.exists(x, x.b.all(y, y.c == x.d))":               "self.a self.a.[*].b self.a.[*].b.[*].c self.a.[*].d",
		"self.a.filter(x, x.b).all(y, y.c)":                      "self.a self.a.[*].b self.a.[*].c",
		"self.a.map(x, x.b.c).all(y, y.d)":                       "self.a self.a.[*].b self.a.[*].b.c self.a.[*].b.c.d",
		"self.a.map(x, x.b, x.c)[0].d":                           "self.a self.a.[*].b self.a.[*].c self.a.[*].c.d",
		"self.a.distinct().reverse().all(x, x.b)":                "self.a self.a.[*].b",
		"self.a.sortBy(x, x.b)[0].c == 1":                        "self.a self.a.[*].b self.a.[*].c",
		"self.a.map(self, self.b).all(x, x == 1)":                "self.a self.a.[*].b", // another self
		"{'a': self.b}.a == [self.c][0].d":                       "self.b self.c",
		"sets.contains(self.a.map(x, x.b), oldSelf.a)":           "self.a self.a.[*].b oldSelf.a",
		"math.greatest(self.a, self.b) > request.query.x.size()": "self.a self.b request.query request.query.x",
	} {
		e, err := expression.Compile(text)
		require.NoError(t, err, text)
		known, got := map[string]bool{}, []string{}
		for _, path := range e.Named() {
			for i := 2; i <= len(path); i++ { // a tree has the longest ones only
				one := strings.Join(path[:i], ".")
				if last := path[i-1]; !known[one] && !strings.HasPrefix(last, "[") {
					known[one] = true
					got = append(got, one)
				}
			}
		}
		assert.ElementsMatch(t, strings.Fields(want), got, text)
	}
}

// What the extensions of CEL and Kubernetes add.
func TestExtensions(t *testing.T) {
	self, _ := jsonvalue.Parse([]byte(`{"lines": [{"n": 2, "price": 5}, {"n": 1, "price": 30}], "halves": [0.5, 1, 1], "names": ["b", "a", "b"], "none": [], "mixed": [1, "a"], "times": ["2025-01-02T00:00:00Z", "2025-01-01T00:00:00Z"]}`), 10)
	for text, fails := range map[string]string{
		"self.lines.map(l, l.n * l.price).sum() == 40":                            "",
		"self.halves.sum() == 2.5":                                                "",
		"self.halves.slice(1, 3).sum() == 2":                                      "",
		"self.none.sum() == 0":                                                    "",
		"self.names.sum() == 'bab'":                                               "not a number",
		"self.mixed.sum() == 1":                                                   "not a number",
		"self.lines.map(l, l.price).max() == 30":                                  "",
		"self.lines.map(l, l.price).min() == 5":                                   "",
		"self.halves.min() == 0.5 && self.halves.max() == 1":                      "",
		"self.names.min() == 'a' && self.names.max() == 'b'":                      "",
		"self.times.map(t, timestamp(t)).min() == timestamp(self.times[1])":       "",
		"self.none.max() == 0":                                                    "max: the list is empty",
		"self.mixed.max() == 1":                                                   "no such overload",
		"self.lines.max() == 1":                                                   "cannot be compared",
		"self.names.distinct() == ['b', 'a']":                                     "",
		"self.names.sort() == ['a', 'b', 'b']":                                    "",
		"self.lines.sortBy(l, l.n)[0].price == 30":                                "",
		"sets.contains(self.names, ['a']) && !sets.intersects(self.names, ['c'])": "",
		"math.greatest(self.halves) == 1 && math.abs(-1) == 1":                    "",
		"self.names.join('+').upperAscii() == 'B+A+B'":                            "",
		"lists.range(1000000000).size() > 0":                                      "exceeds maximum",
	} {
		e, err := expression.Compile(text)
		require.NoError(t, err, text)
		variables := &expression.Variables{Self: self}
		holds, ok := e.Holds(variables)
		assert.Equal(t, fails == "", ok, text)
		assert.Equal(t, fails == "", holds, text)
		if fails != "" {
			assert.ErrorContains(t, e.Failure(variables), fails, text)
		}
	}
}

// Functions that compare each element with each other one are not given long lists,
// since CEL notices only afterwards what that costs.
func TestLongLists(t *testing.T) {
	self, _ := jsonvalue.Parse([]byte(`{"a": [`+strings.Repeat("0,", 1<<20)+`1]}`), 10)
	for text, fails := range map[string]string{
		"self.a.distinct() == [0, 1]":     "too many to compare",
		"sets.equivalent(self.a, self.a)": "too many to compare",
		"self.a.sum() == 1":               "",
	} {
		e, err := expression.Compile(text)
		require.NoError(t, err, text)
		if err := e.Failure(&expression.Variables{Self: self}); fails != "" {
			assert.ErrorContains(t, err, fails, text)
		} else {
			assert.NoError(t, err, text)
		}
	}
}
