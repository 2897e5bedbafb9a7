package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/spec"
)

// engines compares what a Worker knows of bodies with what checking them gives.
type engines struct {
	v          *engine.Validator
	checker    *engine.Worker
	documented map[engine.Seen]bool
	histories  [2]*engine.History  // of what was checked, and of what was known
	summaries  [2]*outcome.Outcome // likewise
	brief      bool                // whether the summaries are left out, which take the most time
	arranges   bool                // whether bodies are compared with their members arranged
	bodies     int
	explained  int // in full, since they were not known
	counted    int
}

var made int // of the engines

func newEngines(v *engine.Validator, documented engine.Documented) *engines {
	e := &engines{v: v, documented: map[engine.Seen]bool{}, arranges: made%2 == 0}
	made++
	e.forget()
	for _, s := range slices.Concat(documented.Members, documented.Values) {
		e.documented[s] = true
	}
	return e
}

// forget makes the engines begin anew, every second time with bodies whose members are
// arranged.
func (e *engines) forget() {
	e.checker = e.v.NewStream().NewWorker()
	if e.arranges = !e.arranges; e.arranges {
		e.checker.ArrangeAlways()
	}
	for i := range e.histories {
		e.histories[i] = e.v.NewHistory()
		e.summaries[i] = outcome.New(e.v, 3)
	}
}

// differ returns how a Worker and the check differ on an exchange; empty if they agree.
// Every pattern is done as soon as it was explained.
func (e *engines) differ(x *plumb.Exchange) string {
	e.learn(x)
	return e.differAtOnce(x)
}

// learn makes a body known, if it can be.
func (e *engines) learn(x *plumb.Exchange) {
	for range 2 {
		batch := e.checker.Check([]*plumb.Exchange{x})
		if batch.Results[0].Pattern != nil {
			batch.Results[0].Pattern.Done()
		}
		batch.Release()
	}
}

// differAtOnce returns how the engines differ on an exchange of which the worker knows
// nothing but what others have taught it.
func (e *engines) differAtOnce(x *plumb.Exchange) string {
	want := e.v.Check(x)
	batch := e.checker.Check([]*plumb.Exchange{x})
	defer batch.Release()
	got := batch.Results[0]
	e.bodies++

	seen := e.seen(got.Seen)
	for s, n := range batch.Seen() {
		e.see(seen, s, n)
	}
	e.explained += batch.Explained
	if diff := gocmp.Diff(e.seen(want.Seen), seen); diff != "" {
		return "coverage: " + diff
	}

	wantCommon := common(want.Findings)
	if got.Counted {
		e.counted++
		if diff := gocmp.Diff(wantCommon, common(slices.Concat(got.Pattern.Findings(), got.Findings))); diff != "" {
			return "counted findings: " + diff
		}
	} else if diff := gocmp.Diff(want.Findings, got.Findings); diff != "" {
		return "findings: " + diff
	}
	if got.Pattern != nil {
		got.Pattern.Done()
	}
	ignored := cmpopts.IgnoreFields(engine.Result{}, "Findings", "Seen", "Pattern", "Counted", "Own")
	if diff := gocmp.Diff(want, got, ignored, cmpopts.IgnoreUnexported(engine.Result{})); diff != "" {
		return "result: " + diff
	}

	if diff := e.summarize(x, want, got, batch); diff != "" {
		return diff
	}

	want.Findings, got.Findings = nil, nil
	e.histories[0].Add(&want)
	e.histories[1].Add(&got)
	if diff := gocmp.Diff(want.Findings, got.Findings); diff != "" {
		return "history: " + diff
	}
	for _, r := range want.Resources {
		if diff := gocmp.Diff(e.histories[0].Life(r.Key), e.histories[1].Life(r.Key)); diff != "" {
			return "life of " + r.ID + ": " + diff
		}
	}
	return ""
}

// summarize adds an exchange to the summaries, and returns how they differ.
func (e *engines) summarize(x *plumb.Exchange, want, got engine.Result, batch *engine.Results) string {
	if e.brief {
		return ""
	}
	for i, r := range []engine.Result{want, got} {
		e.summaries[i].Observe(x, &r)
		e.summaries[i].Add(x, r)
	}
	e.summaries[1].Batch(batch)
	// The summaries grow with the bodies, so comparing them is slow.
	if e.bodies <= 10 || e.bodies%100 == 0 {
		return e.summariesDiffer()
	}
	return ""
}

// summariesDiffer returns how the summaries of all bodies so far differ; empty
// if they agree.
func (e *engines) summariesDiffer() string {
	if diff := gocmp.Diff(jsonOf(e.summaries[0]), jsonOf(e.summaries[1])); diff != "" {
		return "summary: " + diff
	}
	return ""
}

func jsonOf(s *outcome.Outcome) string {
	text, err := json.Marshal(s)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (e *engines) seen(all []engine.Seen) map[engine.Seen]int {
	counts := map[engine.Seen]int{}
	for _, s := range all {
		e.see(counts, s, 1)
	}
	return counts
}

// see counts what coverage counts: places that are documented.
func (e *engines) see(counts map[engine.Seen]int, s engine.Seen, n int) {
	place := s
	place.Null = false
	if e.documented[place] {
		counts[s] += n
	}
}

// common returns what findings have but for their occurrences, sorted.
func common(findings []plumb.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, fmt.Sprintf("%s %v %v %q %s %d %s %v %t", f.Rule, f.Subject, f.Severity, f.Message, f.Operation, f.Status, f.Pointer, f.Description, f.Resource != ""))
	}
	slices.Sort(all)
	return all
}

// What is known of bodies is what checking them gives, for each recording among the
// fixtures.
func TestEnginesAgreeOnFixtures(t *testing.T) {
	exchanges := 0
	all := eachFixture(t, func(e *engines, x *plumb.Exchange) {
		exchanges++
		for range 2 { // the second time it is counted
			if diff := e.differ(x); diff != "" {
				t.Errorf("%s:%d: %s", x.Place.File, x.Place.Line, diff)
			}
		}
	})
	for name, e := range all {
		assert.Empty(t, e.summariesDiffer(), name)
	}
	e := all[""]
	t.Logf("%d exchanges; of %d bodies, %d were counted, %d went to the reference engine", exchanges, e.bodies, e.counted, e.explained)
	assert.Greater(t, exchanges, 100)
}

// eachFixture calls yield for each exchange in the fixtures, and in real recordings if
// they are there. It returns the engines by the folders of their descriptions.
func eachFixture(t *testing.T, yield func(*engines, *plumb.Exchange), opts ...engine.Option) map[string]*engines {
	v := builtin(t, opts...)
	all := map[string]*engines{"": newEngines(v, v.Documented())}
	var names []string
	require.NoError(t, filepath.WalkDir("../../fixtures", func(name string, d fs.DirEntry, err error) error {
		if d.Name() == "generate" || d.Name() == "descriptions" {
			return fs.SkipDir
		}
		if err == nil && !d.IsDir() && filepath.Ext(name) != ".txt" {
			names = append(names, name)
		}
		return err
	}))
	real, _ := filepath.Glob("../../../shared/data/recorded/*.*")
	for _, name := range append(names, real...) {
		e := all[""]
		for dir := filepath.Dir(name); dir != "../../fixtures" && dir != "."; dir = filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "openapi.yaml")); err == nil {
				if all[dir] == nil {
					d, err := spec.Load(os.DirFS(dir), "openapi.yaml", spec.Options{})
					require.NoError(t, err)
					v, err := engine.New(d, opts...)
					require.NoError(t, err)
					all[dir] = newEngines(v, v.Documented())
				}
				e = all[dir]
			}
		}
		for _, x := range exchangesIn(t, name) {
			yield(e, x)
		}
	}
	return all
}

// exchangesIn reads a recording; nil if the file is not a recording.
func exchangesIn(t *testing.T, name string) []*plumb.Exchange {
	f, err := os.Open(name)
	require.NoError(t, err)
	defer f.Close()
	var all []*plumb.Exchange
	for x, err := range recording.Read(t.Context(), name, f, recording.DefaultLimits) {
		if err != nil {
			break
		}
		all = append(all, x)
	}
	return all
}

// So it is for the official suite: for each of its schemas, and each instance of it.
func TestEnginesAgreeOnSuite(t *testing.T) {
	files, err := filepath.Glob(suite + "/tests/draft2020-12/*.json")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("the JSON Schema test suite is not there")
	}
	var instances, explained int
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var cases []suiteCase
		require.NoError(t, json.Unmarshal(text, &cases))
		for _, c := range cases {
			v, err := describedBy(c.Schema, drafts[4].dialect)
			if err != nil {
				continue // TestJSONSchemaSuite lists them
			}
			e := newEngines(v, engine.Documented{}) // the meta-schema documents too much
			for _, test := range c.Tests {
				for range 2 {
					if diff := e.differ(exchangeOf(test.Data)); diff != "" {
						t.Errorf("%s: %s: %s: %s: %s", filepath.Base(file), c.Description, c.Schema, test.Data, diff)
					}
				}
			}
			instances += e.bodies
			explained += e.explained
		}
	}
	t.Logf("of %d instances, %d were checked in full", instances, explained)
	assert.Less(t, explained, instances)
}

func exchangeOf(body []byte) *plumb.Exchange {
	return &plumb.Exchange{
		Request:  plumb.Request{Method: "GET", URL: "/x"},
		Response: plumb.Response{Status: 200, Body: plumb.Body{Bytes: body}},
	}
}

const permissive = `{"type": "object", "properties": {"x": {}}, "additionalProperties": {}}`

// No text is known that is not JSON.
func TestEnginesAgreeOnJSON(t *testing.T) {
	files, err := filepath.Glob("../../../shared/data/json-test-suite/*/*.json")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("the JSON test suite is not there")
	}
	for _, schema := range []string{`{}`, permissive, `{"type": "array", "items": {"type": "integer"}}`} {
		v, err := describedBy([]byte(schema), drafts[4].dialect)
		require.NoError(t, err)
		e := newEngines(v, v.Documented())
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, body := range [][]byte{text, slices.Concat([]byte(`{"x": `), text, []byte(`}`)), slices.Concat([]byte(`{"x": [1, `), text, []byte("]}"))} {
				if diff := e.differ(exchangeOf(body)); diff != "" {
					t.Errorf("%s: %s: %.200q: %s", schema, filepath.Base(file), body, diff)
				}
			}
		}
	}
}

// What is known of bodies of correct batches does not count for those that were changed
// in a few places.
func TestEnginesAgreeOnChangedBodies(t *testing.T) {
	v := builtin(t)
	e := newEngines(v, v.Documented())
	bodies := batches(t)
	rapid.Check(t, func(t *rapid.T) {
		var value any
		require.NoError(t, json.Unmarshal(rapid.SampledFrom(bodies).Draw(t, "body"), &value))
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			value = change(t, value)
		}
		text := written(t, value)
		for range rapid.IntRange(0, 1).Draw(t, "byte changes") {
			text = changeBytes(t, text)
		}
		x := &plumb.Exchange{Response: plumb.Response{Body: plumb.Body{Bytes: text}}}
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			x.Schema = rapid.SampledFrom([]string{"Batch", "BatchList"}).Draw(t, "schema")
		case 1:
			id := rapid.SampledFrom([]string{"batch_1", "other"}).Draw(t, "id")
			x.Request = plumb.Request{Method: "POST", URL: "/v1/batches/" + id + "/cancel"}
			x.Response.Status = rapid.SampledFrom([]int{200, 404, 299}).Draw(t, "status")
			if rapid.Bool().Draw(t, "header") {
				x.Response.Header = http.Header{"Content-Type": {rapid.SampledFrom([]string{"application/json", "text/html"}).Draw(t, "type")}}
			}
		case 2:
			x.Request = plumb.Request{Method: "GET", URL: "/v1/batches?limit=2"}
			x.Response.Status = 200
			x.Response.Body.Bytes = slices.Concat([]byte(`{"object": "list", "has_more": false, "first_id": "batch_1", "last_id": null, "data": [`), text, []byte(`,`), text, []byte(`]}`))
		}
		if rapid.Bool().Draw(t, "timed") {
			x.Time = time.Unix(1741967569+rapid.Int64Range(-100000, 100000).Draw(t, "time"), 5e8)
		}
		for range 2 {
			if diff := e.differ(x); diff != "" {
				t.Fatalf("%s\n%s", x.Response.Body.Bytes, diff)
			}
		}
	})
	assert.Empty(t, e.summariesDiffer())
	t.Logf("of %d bodies, %d were counted, %d were checked in full", e.bodies, e.counted, e.explained)
}

// batches returns bodies of batches, correct and incorrect, from the fixtures.
func batches(t testing.TB) [][]byte {
	var all [][]byte
	for _, life := range lifeOf("batch_1") {
		all = append(all, life.Response.Body.Bytes)
	}
	files, err := filepath.Glob("../../fixtures/*/*.ndjson")
	require.NoError(t, err)
	more, err := filepath.Glob("../../fixtures/rules/*/*/*.ndjson")
	require.NoError(t, err)
	for _, name := range append(files, more...) {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for line := range bytes.Lines(text) {
			var entry struct {
				Response struct{ Body json.RawMessage }
			}
			if json.Unmarshal(line, &entry) != nil {
				continue
			}
			if body := entry.Response.Body; len(body) > 0 && body[0] == '{' {
				all = append(all, body)
			}
		}
	}
	return all
}

var (
	changedNames  = []string{"id", "status", "created_at", "cancelled_at", "expires_at", "completed_at", "request_counts", "usage", "metadata", "errors", "data", "object", "unknown", "other", "total", "line"}
	changedValues = []any{nil, true, 0, -1, 5, 1.5, 1e3, 1741967569, 1741967570, 1741967569000, "", "batch", "completed", "cancelled", "in_progress", "paused", "2025-03-14T15:52:49Z", "1741967569", strings.Repeat("é", 300), "\U0001F600\n", map[string]any{}, []any{}, map[string]any{"code": 1}, []any{map[string]any{"line": "x"}}, json.Number("123456789012345678901")}
)

// change returns the value, changed in one place.
func change(t *rapid.T, value any) any {
	switch v := value.(type) {
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		switch what := rapid.IntRange(0, 3).Draw(t, "what"); {
		case what == 0:
			v[rapid.SampledFrom(changedNames).Draw(t, "name")] = rapid.SampledFrom(changedValues).Draw(t, "value")
		case len(names) == 0:
		case what == 1:
			delete(v, rapid.SampledFrom(names).Draw(t, "name"))
		default:
			name := rapid.SampledFrom(names).Draw(t, "name")
			v[name] = change(t, v[name])
		}
		return v
	case []any:
		if len(v) == 0 {
			return append(v, rapid.SampledFrom(changedValues).Draw(t, "value"))
		}
		i := rapid.IntRange(0, len(v)-1).Draw(t, "index")
		v[i] = change(t, v[i])
		return v
	}
	return rapid.SampledFrom(changedValues).Draw(t, "value")
}

// written returns a value as different servers write it: what a reader
// remembers of one body must not affect another.
func written(t *rapid.T, value any) []byte {
	var text []byte
	var err error
	switch rapid.IntRange(0, 2).Draw(t, "style") {
	case 0:
		text, err = json.Marshal(value)
	case 1:
		text, err = json.MarshalIndent(value, "", "  ")
	default:
		text, err = json.Marshal(shuffled{t, value})
	}
	require.NoError(t, err)
	return text
}

// shuffled is marshalled with the members of the outermost object in any order.
type shuffled struct {
	t     *rapid.T
	value any
}

func (s shuffled) MarshalJSON() ([]byte, error) {
	object, ok := s.value.(map[string]any)
	if !ok || len(object) == 0 {
		return json.Marshal(s.value)
	}
	var b bytes.Buffer
	for i, name := range rapid.Permutation(slices.Sorted(maps.Keys(object))).Draw(s.t, "order") {
		member, err := json.Marshal(map[string]any{name: object[name]})
		if err != nil {
			return nil, err
		}
		b.WriteByte("{,"[min(i, 1)])
		b.Write(member[1 : len(member)-1])
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// changeBytes returns a text, changed in one place.
func changeBytes(t *rapid.T, text []byte) []byte {
	at := rapid.IntRange(0, len(text)).Draw(t, "at")
	end := min(len(text), at+rapid.IntRange(0, 3).Draw(t, "length"))
	with := rapid.SampledFrom([]string{"", " ", "\n", `"`, `\`, `\u0041`, `\ud83d`, `\ud83d\ude00`, "\x80", "é", ",", "{", "}", "[1]", "0", "1.0", "1e1", `"id":"x",`}).Draw(t, "with")
	return slices.Concat(text[:at], []byte(with), text[end:])
}

func FuzzEngines(f *testing.F) {
	v := builtin(f)
	documented := v.Documented()
	all := batches(f)
	for i, body := range all {
		f.Add(body, all[(i+1)%len(all)], uint8(i))
	}
	// Two bodies: what is known of one must not count for the other by mistake.
	f.Fuzz(func(t *testing.T, one, other []byte, kind uint8) {
		e := newEngines(v, documented)
		for _, body := range [][]byte{one, other, one} {
			x := &plumb.Exchange{Response: plumb.Response{Body: plumb.Body{Bytes: body}}}
			switch kind % 4 {
			case 0:
				x.Schema = "Batch"
			case 1:
				x.Request, x.Response.Status = plumb.Request{Method: "POST", URL: "/v1/batches/batch_1/cancel"}, 200
				x.Time = time.Unix(1741967569, 0)
			case 2:
				x.Request, x.Response.Status = plumb.Request{Method: "GET", URL: "/v1/batches"}, 200
			}
			if diff := e.differ(x); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

// Bodies with faults at different places have different patterns, even in
// members that are not described by name.
func TestPatternsDistinguishPlaces(t *testing.T) {
	v := builtin(t)
	e := newEngines(v, v.Documented())
	for _, members := range []string{
		`"metadata":{"a":5}`, `"metadata":{"b":5}`, `"metadata":{"a":5,"b":5}`, `"metadata":{"a":5,"c":"x"}`,
		`"extra":1`, `"other":1`, `"extra":1,"other":1`,
		`"errors":{"data":[{"line":"x"}]}`, `"errors":{"data":[{"line":"x"},{"line":"x"}]}`, `"errors":{"data":[{"code":1},{"line":"x"}]}`,
		`"cancelled_at":null`, `"in_progress_at":null`,
	} {
		body := `{"id":"batch_1","object":"batch","endpoint":"/v1/x","input_file_id":"f","completion_window":"24h","status":"validating","created_at":1741967569,` + members + `}`
		for range 2 {
			x := &plumb.Exchange{Schema: "Batch", Response: plumb.Response{Body: plumb.Body{Bytes: []byte(body)}}}
			assert.Empty(t, e.differ(x), body)
		}
	}
	assert.Equal(t, e.bodies, e.counted)
}
