package outcome

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// shelf has everything that summaries distinguish: lists of bodies with and
// without a name, members by pattern, elements that differ by their index.
const shelf = `
openapi: 3.1.0
info: {title: Shelf, version: '1'}
paths:
  /books/{id}:
    get:
      operationId: getBook
      responses: {'200': {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}}
  /books:
    get:
      operationId: listBooks
      responses: {'200': {description: All., content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Book'}}}}}}
  /pages:
    get:
      operationId: pageBooks
      responses: {'200': {description: Some., content: {application/json: {schema: {$ref: '#/components/schemas/Page'}}}}}
components:
  schemas:
    Page:
      type: object
      properties:
        next: {type: string}
        books: {type: array, items: {$ref: '#/components/schemas/Book'}}
    Book:
      type: object
      required: [id]
      properties:
        id: {type: string}
        state: {type: string, enum: [in, out]}
        place: {type: array, prefixItems: [{type: string}, {type: integer}], items: {type: object, properties: {a: {type: boolean}}}}
        tags: {type: object, patternProperties: {'^n': {type: integer}}, additionalProperties: {properties: {q: {type: integer}}}}
        size: {type: object}
`

func shelfValidator(t require.TestingT) *engine.Validator {
	d, err := spec.Load(fstest.MapFS{"shelf.yaml": {Data: []byte(shelf)}}, "shelf.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	return v
}

func shelfExchange(path, body string) *plumb.Exchange {
	return &plumb.Exchange{
		Request:  plumb.Request{Method: "GET", URL: "/" + path},
		Response: plumb.Response{Status: 200, Body: plumb.Body{Bytes: []byte(body)}},
		Place:    plumb.Place{File: "a.har", Entry: 1, Line: 1},
	}
}

// TestScanDoesWhatParseDoes checks that bodies that are scanned give exactly the same
// summary as those that are parsed.
func TestScanDoesWhatParseDoes(t *testing.T) {
	v := shelfValidator(t)
	for _, body := range []string{
		`{"id": "a"}`,
		" \n{ \"id\" :\t\"a\" , \"size\" : { } } ",
		`{"id": "", "state": "out", "place": []}`,
		`{"id": "a\"b\\", "state": "in"}`,
		`{"id": "\\\"", "size": {"x": "\\\\"}}`,
		`{"id": "\u0041\u00e9\ud83d\ude00\n\/"}`,
		`{"\u0069d": "a", "new\u0021": "\""}`,
		"{\"id\": \"line\u2028separator é\"}",
		`{"id": "` + strings.Repeat("é", longestValue) + `"}`,
		`{"id": "` + strings.Repeat("a", longestValue-2) + `"}`,
		`{"id": "` + strings.Repeat("a", longestValue-1) + `"}`,
		`{"id": "a", "place": ["x", 7, {"a": true}, {"a": null}, {"b": false}]}`,
		`{"id": "a", "tags": {"n1": 1, "m": "x", "n2": 12345678901234567890}}`,
		`{"id": "a", "size": {"w": 1.5, "h": 1e3, "d": -0, "e": 999999999999999, "f": 1E400, "g": 12.0, "i": 1234567890123456}}`,
		`{"id": "a", "new": {"a": [[{"b": {"c": {"d": 1}}}], "x}]", {}], "e": "]"}, "other": [1, [2, [3, [4, [5]]]]]}`,
		`{"id": null, "state": null, "size": null}`,
	} {
		for path, text := range map[string]string{
			"books/a": body,
			"books":   "[" + body + " ,\n" + body + "]",
			"pages":   `{"books": [ ` + body + `], "next": "]"}`,
		} {
			x := shelfExchange(path, text)
			r := v.NewStream().NewWorker().Check([]*plumb.Exchange{x}).Results[0]
			scanned, parsed := New(v, 3), New(v, 3)
			(&observer{Outcome: parsed, x: x, clean: noSecrets, bare: true}).parts()
			schema, list, ok := r.WellFormed()
			require.True(t, ok, text)
			(&observer{Outcome: scanned, x: x, clean: noSecrets, bare: true}).scan(&r, schema, list)
			assert.Equal(t, encoded(t, parsed), encoded(t, scanned), text)
		}
	}
	for _, text := range []string{`[]`, ` [ ] `} {
		assertSameSummary(t, v, shelfExchange("books", text))
	}
	for _, text := range []string{`{}`, `{"books": []}`, `{"books": [ ], "more": [1]}`, `{"next": "x"}`} {
		assertSameSummary(t, v, shelfExchange("pages", text))
	}
}

func assertSameSummary(t *testing.T, v *engine.Validator, x *plumb.Exchange) {
	batch := v.NewStream().NewWorker().Check([]*plumb.Exchange{x})
	r := batch.Results[0]
	_, _, ok := r.WellFormed()
	require.True(t, ok || len(r.Findings) > 0)
	got := New(v, 3)
	got.observe(x, &r, true)
	got.Add(x, r)
	got.Batch(batch)
	assert.Equal(t, encoded(t, summarize(v, []*plumb.Exchange{x})), encoded(t, got), "%s", x.Response.Body.Bytes)
}

// What is below a place depends on what is described there, also if places with
// different descriptions have the same pointer; and the depth is limited.
func TestSummaryOfShapes(t *testing.T) {
	v := shelfValidator(t)
	s := summarize(v, []*plumb.Exchange{
		shelfExchange("books/a", `{"id": "a", "tags": {"n1": 1, "m": {"q": 1}}, "place": ["x", 7, {"a": true}]}`),
		shelfExchange("books/a", `{"id": "a", "x": {"a": {"b": {"c": {"d": 1}}}}, "y": [[[[1]]]]}`),
	})
	assert.False(t, placeOf(s, "/tags/*/q").Undocumented)
	assert.False(t, placeOf(s, "/place/*/a").Undocumented)
	assert.Equal(t, 3, placeOf(s, "/place/*").Count)
	assert.Equal(t, map[string]int{"object": 1}, placeOf(s, "/x/a/b/c").Types)
	assert.Nil(t, placeOf(s, "/x/a/b/c/d"))
	assert.NotNil(t, placeOf(s, "/y/*/*/*"))
	assert.Nil(t, placeOf(s, "/y/*/*/*/*"))
}

// The bytes are the same however the exchanges are distributed over goroutines,
// in whatever order, and whether their findings are counted or explained.
func TestSummariesOfCheckers(t *testing.T) {
	v := summaryValidator(t)
	counted := 0
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.SliceOfN(rapid.Custom(drawExchange), 1, 5).Draw(t, "few")
		var exchanges []*plumb.Exchange
		for i := range rapid.IntRange(1, 40).Draw(t, "length") {
			x := *few[i%len(few)]
			x.Place.File = rapid.SampledFrom([]string{"a.har", "b.har"}).Draw(t, "file")
			if x.Time = (time.Time{}); x.Place.File == "a.har" {
				x.Time = time.Unix(1741967569+int64(i%7), 0)
			}
			x.Place.Entry = i + 1
			exchanges = append(exchanges, &x)
		}
		want := encoded(t, summarize(v, exchanges))

		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(exchanges), func(i, j int) { exchanges[i], exchanges[j] = exchanges[j], exchanges[i] })
		run := v.NewStream()
		checkers := []*engine.Worker{run.NewWorker(), run.NewWorker()}
		parts := []*Outcome{New(v, 3), New(v, 3)}
		histories := []*engine.History{v.NewHistory(), v.NewHistory()}
		for i, h := range histories {
			parts[i].Follow(h)
		}
		for len(exchanges) > 0 {
			n := rapid.IntRange(1, len(exchanges)).Draw(t, "batch")
			part := rapid.IntRange(0, 1).Draw(t, "part")
			batch := checkers[part].Check(exchanges[:n])
			parts[part].Batch(batch)
			for i, r := range batch.Results {
				parts[part].observe(exchanges[i], &r, rapid.Bool().Draw(t, "bare"))
				histories[part].Add(&r)
				parts[part].Add(exchanges[i], r)
				if r.Counted {
					counted++
				} else if r.Pattern != nil {
					r.Pattern.Done()
				}
			}
			batch.Release()
			exchanges = exchanges[n:]
		}
		require.NoError(t, parts[0].Merge(parts[1]))
		assert.Equal(t, want, encoded(t, parts[0]))
	})
	assert.NotZero(t, counted)
}

// How long states lasted is told of each exchange.
func TestSummaryOfStatesThatLast(t *testing.T) {
	v := summaryValidator(t)
	c, s := v.NewStream().NewWorker(), New(v, 3)
	for i, lasted := range []int{700, 601, 650, 900, 800} {
		x := bareBatch(fmt.Sprintf(`"id": "b%d", "object": "batch", "endpoint": "/v1/responses", "input_file_id": "f", "completion_window": "24h", "status": "cancelled",
			"created_at": 1741967569, "cancelling_at": 1741967569, "cancelled_at": %d`, i, 1741967569+lasted))
		x.Place.Entry = i + 1
		x.Time = time.Unix(1741999999-int64(i), 0)
		r := c.Check([]*plumb.Exchange{x}).Results[0]
		s.Add(x, r)
	}
	found, _ := s.Findings()
	for _, f := range found {
		if f.Rule == "time-bound" {
			assert.Equal(t, 5, f.Count)
			assert.Equal(t, &Range{601, 900}, f.Lasted)
			assert.Len(t, f.Examples(), mostExamples)
			assert.Equal(t, time.Unix(1741999995, 0).UTC(), f.First)
			assert.Equal(t, time.Unix(1741999999, 0).UTC(), f.Last)
			return
		}
	}
	assert.Fail(t, "no state lasted too long")
}

// A response whose findings are only counted keeps them even if the history of
// its resource adds a finding.
func TestResourceOfCountedFindingsAndHistory(t *testing.T) {
	v := summaryValidator(t)
	c, h, s := v.NewStream().NewWorker(), v.NewHistory(), New(v, 3)
	s.Follow(h)
	for i, endpoint := range []string{"responses", "responses", "responses", "responses", "embeddings"} {
		x := bareBatch(`"id": "b", "endpoint": "/v1/` + endpoint + `"`)
		x.Place.Entry = i + 1
		r := c.Check([]*plumb.Exchange{x}).Results[0]
		require.Equal(t, i > 1, r.Counted)
		h.Add(&r)
		require.Equal(t, i == 4, len(r.Findings) > 0 && engine.IsHistory(r.Findings[len(r.Findings)-1].Rule))
		s.Add(x, r)
		if r.Pattern != nil {
			r.Pattern.Done()
		}
	}
	assert.Empty(t, s.lives[plumb.Off])
	require.Len(t, s.lives[plumb.Error], 1)
	assert.Equal(t, 1, s.lives[plumb.Error][0].Entry)
}

// A list can name one resource many times: it is recorded once, at the first.
func TestResourceThatIsNamedManyTimes(t *testing.T) {
	v := summaryValidator(t)
	h, s := v.NewHistory(), New(v, 3)
	s.Follow(h)
	x := shelfExchange("v1/batches", `{"object": "list", "has_more": false, "data": [`+strings.Repeat(`{"id": "b"}, `, 30)+`{"id": "a"}]}`)
	r := v.Check(x)
	h.Add(&r)
	s.Add(x, r)
	require.Len(t, s.lives[plumb.Error], 2)
	assert.Equal(t, 0, s.lives[plumb.Error][0].Index)
	assert.Equal(t, 30, s.lives[plumb.Error][1].Index)
}
