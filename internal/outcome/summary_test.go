package outcome

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

func summaryValidator(t testing.TB) *engine.Validator {
	t.Helper()
	d, err := spec.Builtin()
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	return v
}

func noSecrets(*plumb.Finding) {}

// summarize observes exchanges in order.
func summarize(v *engine.Validator, exchanges []*plumb.Exchange) *Outcome {
	s := New(v, 3)
	h := v.NewHistory()
	s.Follow(h)
	for _, x := range exchanges {
		r := v.Check(x)
		s.observe(x, &r, len(x.Secrets) == 0)
		h.Add(&r)
		s.Add(x, r)
	}
	return s
}

func encoded(t require.TestingT, s *Outcome) string {
	b, err := json.Marshal(s)
	require.NoError(t, err)
	return string(b)
}

// drawExchange makes an exchange of the built-in description, good or bad.
func drawExchange(t *rapid.T) *plumb.Exchange {
	scalar := rapid.SampledFrom([]string{`null`, `true`, `0`, `1741967569`, `1.5`, `"x"`, `"batch"`, `"cancelled"`, `[1,"a"]`, `{"a":1,"b":{"c":[]}}`, `1e999`})
	name := rapid.SampledFrom([]string{"id", "status", "metadata", "errors", "created_at", "usage", "model", "new", "newer"})
	var members []string
	members = append(members, fmt.Sprintf(`"endpoint": "/v1/%d"`, rapid.IntRange(0, 40).Draw(t, "endpoint"))) // about as many different values as are kept
	for range rapid.IntRange(0, 8).Draw(t, "members") {
		members = append(members, fmt.Sprintf("%q: %s", name.Draw(t, "name"), scalar.Draw(t, "value")))
	}
	if rapid.IntRange(0, 5).Draw(t, "many") == 0 { // an object that is a map
		for range rapid.IntRange(0, 40).Draw(t, "names") {
			members = append(members, fmt.Sprintf(`"k%d": {"v": %d}`, rapid.IntRange(0, 60).Draw(t, "k"), rapid.IntRange(0, 30).Draw(t, "v")))
		}
	}
	body := "{" + strings.Join(members, ",") + "}"
	x := &plumb.Exchange{
		Request: plumb.Request{Method: "GET", URL: "https://api.openai.com/v1" + rapid.SampledFrom([]string{"/batches", "/batches/b", "/files"}).Draw(t, "path")},
		Response: plumb.Response{Status: rapid.SampledFrom([]int{200, 200, 404}).Draw(t, "status"),
			Body: plumb.Body{Bytes: []byte(body)}},
		Place: plumb.Place{File: rapid.SampledFrom([]string{"a.har", "b.har"}).Draw(t, "file"), Entry: rapid.IntRange(1, 9).Draw(t, "entry"), Line: 1},
	}
	if x.Place.File == "a.har" { // either all exchanges of a recording have times, or none
		x.Time = time.Unix(rapid.Int64Range(1741967569, 1741967999).Draw(t, "time"), 0)
	}
	if strings.HasSuffix(x.Request.URL, "/batches") {
		x.Response.Body.Bytes = []byte(`{"object": "list", "data": [` + body + `], "has_more": false}`)
	}
	return x
}

// TestSummaryLaws checks that the bytes are those of the whole, however the
// input is split and in whatever order the parts are merged; that the empty
// summary changes nothing; and that writing and reading loses nothing.
func TestSummaryLaws(t *testing.T) {
	v := summaryValidator(t)
	rapid.Check(t, func(t *rapid.T) {
		exchanges := rapid.SliceOfN(rapid.Custom(drawExchange), 0, 30).Draw(t, "exchanges")
		whole := encoded(t, summarize(v, exchanges))

		shuffled := slices.Clone(exchanges)
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		cut := rapid.IntRange(0, len(shuffled)).Draw(t, "cut")
		cut2 := rapid.IntRange(cut, len(shuffled)).Draw(t, "second cut")
		parts := func() (a, b, c *Outcome) {
			return summarize(v, shuffled[:cut]), summarize(v, shuffled[cut:cut2]), summarize(v, shuffled[cut2:])
		}

		a, b, c := parts()
		second := encoded(t, b)
		require.NoError(t, a.Merge(b))
		require.NoError(t, a.Merge(c))
		assert.Equal(t, second, encoded(t, b), "b is as it was")
		assert.Equal(t, whole, encoded(t, a), "(a b) c")

		a, b, c = parts()
		require.NoError(t, b.Merge(c))
		require.NoError(t, a.Merge(b))
		assert.Equal(t, whole, encoded(t, a), "a (b c)")

		a, b, c = parts()
		require.NoError(t, c.Merge(b))
		require.NoError(t, c.Merge(a))
		assert.Equal(t, whole, encoded(t, c), "(c b) a")

		zero := New(v, 3)
		require.NoError(t, zero.Merge(c))
		require.NoError(t, c.Merge(New(v, 3)))
		assert.Equal(t, whole, encoded(t, zero), "0 a")
		assert.Equal(t, whole, encoded(t, c), "a 0")

		read, err := Read([]byte(whole))
		require.NoError(t, err)
		assert.Equal(t, whole, encoded(t, read), "read")
		a, b, _ = parts()
		readA, err := Read([]byte(encoded(t, a)))
		require.NoError(t, err)
		require.NoError(t, a.Merge(b))
		require.NoError(t, readA.Merge(b))
		assert.Equal(t, encoded(t, a), encoded(t, readA), "read, then merged")
	})
}

// Too many values are recognised as such, wherever the input is split.
func TestSummaryOfManyValues(t *testing.T) {
	v := summaryValidator(t)
	for _, n := range []int{mostValues, mostValues + 1, 3 * mostValues} {
		var all []*plumb.Exchange
		for i := range n {
			all = append(all, bareBatch(fmt.Sprintf(`"id": "b%d", "x": {"k%d": %d}`, i, i, i)))
		}
		whole := encoded(t, summarize(v, all))
		for cut := range n + 1 {
			a, b := summarize(v, all[:cut]), summarize(v, all[cut:])
			require.NoError(t, b.Merge(a))
			require.Equal(t, whole, encoded(t, b), "%d of %d", cut, n)
		}
	}
}

func bareBatch(members string) *plumb.Exchange {
	return &plumb.Exchange{
		Schema:   "Batch",
		Response: plumb.Response{Body: plumb.Body{Bytes: []byte(`{` + members + `}`)}},
		Place:    plumb.Place{File: "a.ndjson", Entry: 1, Line: 1},
	}
}

func placeOf(s *Outcome, pointer string) *Observed {
	for _, p := range s.Places() {
		if p.Pointer == pointer {
			return p
		}
	}
	return nil
}

func TestSummaryOfPlaces(t *testing.T) {
	v := summaryValidator(t)
	var all []*plumb.Exchange
	for i, members := range []string{
		`"id": "b1", "status": "cancelled", "extra": {"n": 1, "list": [{"x": "y"}]}`,
		`"id": "b22", "status": "paused", "extra": null, "metadata": {"of the caller": "v"}`,
		`"id": "b333", "status": "paused", "created_at": 12.5`,
	} {
		x := bareBatch(members)
		x.Place.Entry = i + 1
		x.Time = time.Unix(1741967569+int64(i), 0)
		all = append(all, x)
	}
	s := summarize(v, all)
	assert.Equal(t, 3, placeOf(s, "").Types["object"])
	id := placeOf(s, "/id")
	assert.Equal(t, &Range{2, 4}, id.Length)
	assert.Equal(t, int64(1741967569), id.First.Unix())
	assert.Equal(t, int64(1741967571), id.Last.Unix())
	assert.Equal(t, map[string]int{`"paused"`: 2, `"cancelled"`: 1}, placeOf(s, "/status").Values)
	assert.Equal(t, map[string]int{"number": 1}, placeOf(s, "/created_at").Types)
	assert.Equal(t, &Range{12.5, 12.5}, placeOf(s, "/created_at").Number)
	extra := placeOf(s, "/extra")
	assert.True(t, extra.Undocumented)
	assert.Equal(t, 2, extra.Count)
	assert.Equal(t, 1, extra.Null())
	assert.Equal(t, []Example{{"a.ndjson", 1, 1, 0, `{"n": 1, "list": [{"x": "y"}]}`}, {"a.ndjson", 2, 1, 0, "null"}}, extra.Examples)
	assert.NotNil(t, placeOf(s, "/extra/list/*/x"))
	assert.NotNil(t, placeOf(s, "/metadata/*"), "names of the caller's own are no places")
	assert.Nil(t, placeOf(s, "/metadata/of the caller"))
}

func TestSummaryIsBounded(t *testing.T) {
	v := summaryValidator(t)
	s := New(v, 3)
	for i := range 2000 {
		x := bareBatch(fmt.Sprintf(`"id": "b%d", "status": "s%d", "map": {"k%d": {"deep": {"er": %d}}}`, i, i, i, i))
		x.Place.Entry = i + 1
		r := v.Check(x)
		s.observe(x, &r, true)
		s.Add(x, r)
	}
	assert.Less(t, len(s.places), 10)
	assert.True(t, placeOf(s, "/map").ManyMembers)
	assert.Nil(t, placeOf(s, "/map/k1"))
	assert.True(t, placeOf(s, "/id").Many)
	assert.Nil(t, placeOf(s, "/id").Values)
	assert.Less(t, len(encoded(t, s)), 12_000)
}

func TestSummaryHoldsNoCredentials(t *testing.T) {
	v := summaryValidator(t)
	x := bareBatch(`"id": "sesame", "extra": {"sesame": "sesame"}, "status": "sesame"`)
	x.Secrets = []string{"sesame"}
	s := summarize(v, []*plumb.Exchange{x})
	assert.NotContains(t, encoded(t, s), "sesame")
	assert.Contains(t, encoded(t, s), "[redacted]")
}

// A credential in one exchange can be a common word in another.
func TestSummaryOfNamesThatAreCredentials(t *testing.T) {
	v := summaryValidator(t)
	s := New(v, 3)
	for _, bare := range []bool{true, false, true} {
		x := bareBatch(`"id": "b", "sesame": 1`)
		if !bare {
			x.Secrets = []string{"sesame"}
		}
		r := v.Check(x)
		s.observe(x, &r, bare)
		s.Add(x, r)
	}
	assert.Equal(t, 2, placeOf(s, "/sesame").Count)
	assert.Equal(t, 1, placeOf(s, "/[redacted]").Count)
}

func TestPlainInteger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		literal := rapid.OneOf(rapid.StringMatching(`[0-9]{1,16}`), rapid.StringMatching(`[1-9][0-9]{18,24}`), rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,4})?([eE][+-]?[0-9]{1,3})?`)).Draw(t, "literal")
		if n, ok := plainInteger([]byte(literal)); ok {
			want, err := strconv.ParseFloat(literal, 64)
			require.NoError(t, err)
			assert.Equal(t, want, n)
		}
	})
}

func TestSummariesOfDifferentDescriptions(t *testing.T) {
	v := summaryValidator(t)
	other := New(v, 3)
	other.Digest = "sha256:other"
	assert.ErrorContains(t, New(v, 3).Merge(other), "different descriptions")
	for text, want := range map[string]string{
		"":                   "not a summary",
		"{}":                 "not a summary: it has no member plumbSummary",
		`{"plumbSummary":1}`: "summary version 1 is not supported",
	} {
		_, err := Read([]byte(text))
		assert.ErrorContains(t, err, want)
	}
}

func FuzzRead(f *testing.F) {
	v := summaryValidator(f)
	s := summarize(v, []*plumb.Exchange{bareBatch(`"id": "b1", "extra": {"a": [1]}`)})
	f.Add([]byte(encoded(f, s)))
	f.Add([]byte(`{"plumbSummary":1,"places":[null],"findings":[null],"statuses":[null]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Read(data)
		if err != nil {
			return
		}
		again, err := Read([]byte(encoded(t, s)))
		require.NoError(t, err)
		assert.Equal(t, encoded(t, s), encoded(t, again))
	})
}
