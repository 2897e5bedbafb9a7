package report

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/spec"
)

// result is an exchange with what there is to say of it.
type result struct {
	x *plumb.Exchange
	r engine.Result
}

var documented = engine.Documented{
	Members: []engine.Seen{{Schema: "Batch", Pointer: "/id"}, {Schema: "Batch", Pointer: "/status"}},
	Values:  []engine.Seen{{Schema: "Batch", Pointer: "/status", Value: `"failed"`}, {Schema: "Batch", Pointer: "/status", Value: `"validating"`}},
}

func description() *spec.Description {
	return &spec.Description{
		Title: "Batches", Version: "1.0", Digest: "sha256:00",
		Operations: []*spec.Operation{
			{ID: "cancelBatch", Method: "POST", Path: "/batches/{id}/cancel", Responses: []*spec.Response{{Status: "200"}}},
			{ID: "listBatches", Method: "GET", Path: "/batches", Responses: []*spec.Response{{Status: "200"}, {Status: "4XX"}, {Status: "default"}}},
		},
	}
}

func build(keep int, results ...result) *Report {
	b := outcome.Empty("", keep)
	for _, r := range results {
		b.Add(r.x, r.r)
	}
	return New(Run{Description: description(), Documented: documented, Version: "v1", Occurrences: keep}, b)
}

// drawResult draws an exchange of one of a few files and its findings at a few
// places, so that they meet.
func drawResult(t *rapid.T) result {
	x := &plumb.Exchange{Place: plumb.Place{File: rapid.SampledFrom([]string{"a.har", "b.har", "c.har"}).Draw(t, "file"), Entry: rapid.IntRange(1, 9).Draw(t, "entry")}}
	r := engine.Result{Bodies: rapid.IntRange(0, 3).Draw(t, "bodies")}
	if r.Bodies == 0 {
		r.Skipped = rapid.SampledFrom([]string{"other API", "no body"}).Draw(t, "skipped")
	} else {
		r.Operation = rapid.SampledFrom([]string{"", "cancelBatch", "listBatches"}).Draw(t, "seen operation")
		r.Status = rapid.SampledFrom([]int{0, 200, 404, 503}).Draw(t, "seen status")
		r.Seen = rapid.SliceOf(rapid.SampledFrom([]engine.Seen{
			{Schema: "Batch", Pointer: "/id"}, {Schema: "Batch", Pointer: "/status", Value: `"failed"`}, {Schema: "Batch", Pointer: "/id", Null: true}, {Schema: "Batch", Pointer: "/other"},
		})).Draw(t, "seen")
	}
	for range rapid.IntRange(0, 4).Draw(t, "findings") {
		f := plumb.Finding{
			Rule:     rapid.SampledFrom([]string{"schema-enum", "schema-type"}).Draw(t, "rule"),
			Severity: rapid.SampledFrom([]plumb.Severity{plumb.Info, plumb.Warning, plumb.Error}).Draw(t, "severity"),
			Message:  rapid.SampledFrom([]string{"m", "n"}).Draw(t, "message"),
			Subject:  plumb.Subject{File: "b.json", Pointer: rapid.SampledFrom([]string{"", "/x", "/y"}).Draw(t, "subject")},
			Status:   rapid.SampledFrom([]int{0, 200}).Draw(t, "status"),
			Pointer:  rapid.SampledFrom([]string{"", "/status", "/id"}).Draw(t, "pointer"),
		}
		f.Description = rapid.SampledFrom([]plumb.Source{{}, {File: "b.json", Line: 4, Pointer: "/x"}, {File: "b.json", Line: 4, Pointer: "/y"}}).Draw(t, "described")
		f.Place = x.Place
		r.Findings = append(r.Findings, f)
	}
	return result{x, r}
}

func TestCountsOfOneReportAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		results := rapid.SliceOf(rapid.Custom(drawResult)).Draw(t, "results")
		r := build(2, results...)
		if limit := rapid.IntRange(0, 9).Draw(t, "limit"); limit > 0 {
			r.Limit(limit)
		}
		s := r.Summary
		assert.Equal(t, len(results), s.Exchanges)
		assert.Equal(t, len(r.Findings)+s.Omitted, s.Errors+s.Warnings+s.Infos)
		skipped, occurrences, findings := 0, 0, 0
		for _, k := range r.Skipped {
			skipped += k.Count
		}
		assert.Equal(t, s.Skipped, skipped)
		for _, f := range r.Findings {
			occurrences += f.Count
			assert.Equal(t, min(f.Count, 2), len(f.Occurrences))
			assert.LessOrEqual(t, f.Files, f.Count)
		}
		if s.Omitted == 0 {
			assert.Equal(t, s.Occurrences, occurrences)
		}
		for _, res := range results {
			findings += len(res.r.Findings)
		}
		assert.Equal(t, findings, s.Occurrences)
		for _, op := range r.Coverage.Operations {
			n := 0
			for _, status := range op.Statuses {
				n += status.Count
			}
			assert.Equal(t, op.Count, n)
		}
	})
}

func TestOrderOfAddDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		results := rapid.SliceOf(rapid.Custom(drawResult)).Draw(t, "results")
		one := build(2, results...)
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(results), func(i, j int) { results[i], results[j] = results[j], results[i] })
		if diff := cmp.Diff(one, build(2, results...)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestCoverage(t *testing.T) {
	got := build(1,
		result{&plumb.Exchange{}, engine.Result{Bodies: 1, Operation: "listBatches", Status: 404, Seen: []engine.Seen{
			{Schema: "Batch", Pointer: "/id", Null: true}, {Schema: "Batch", Pointer: "/status"}, {Schema: "Batch", Pointer: "/status", Value: `"failed"`}, {Schema: "Other", Pointer: "/id"},
		}}},
		result{&plumb.Exchange{}, engine.Result{Bodies: 1, Operation: "cancelBatch", Status: 503}},
	).Coverage
	want := Coverage{
		Operations: []OperationCoverage{
			{"cancelBatch", "POST", "/batches/{id}/cancel", 1, []StatusCoverage{{"503", "", 1}, {"200", "200", 0}}},
			{"listBatches", "GET", "/batches", 1, []StatusCoverage{{"404", "4XX", 1}, {"200", "200", 0}, {"default", "default", 0}}},
		},
		Members: []MemberCoverage{{Schema: "Batch", Pointer: "/id", Count: 1, Null: 1}, {Schema: "Batch", Pointer: "/status", Count: 1}},
		Values: []ValueCoverage{
			{Schema: "Batch", Pointer: "/status", Value: json.RawMessage(`"failed"`), Count: 1}, {Schema: "Batch", Pointer: "/status", Value: json.RawMessage(`"validating"`)},
		},
	}
	assert.Empty(t, cmp.Diff(want, got))
}

func TestFindingsAreGroupedByPlaceAndSorted(t *testing.T) {
	at := func(rule string, severity plumb.Severity, pointer, file string) plumb.Finding {
		f := plumb.Finding{Rule: rule, Severity: severity, Subject: plumb.Subject{File: "api.yaml", Pointer: "/properties" + pointer}, Pointer: pointer}
		f.File = file
		return f
	}
	var results []result
	for i, f := range []plumb.Finding{
		at("drift-null", plumb.Warning, "/b", "1"), at("schema-type", plumb.Error, "/b", "1"),
		at("schema-type", plumb.Error, "/a", "1"), at("drift-null", plumb.Warning, "/b", "2"), at("drift-null", plumb.Warning, "/b", "2"),
	} {
		results = append(results, result{&plumb.Exchange{}, engine.Result{Bodies: 1, Findings: []plumb.Finding{f}}})
		results[i].r.Findings[0].Found = fmt.Sprint(i)
	}
	var got []string
	for _, f := range build(2, results...).Findings {
		got = append(got, fmt.Sprintf("%s %s %d in %d, first %s", f.Rule, f.Pointer, f.Count, f.Files, f.Occurrences[0].Found))
	}
	assert.Equal(t, []string{"schema-type /a 1 in 1, first 2", "schema-type /b 1 in 1, first 1", "drift-null /b 3 in 2, first 0"}, got)
}

// Places that differ in a secret only are one place in the report.
func TestSecretsInPlacesAreGrouped(t *testing.T) {
	var results []result
	for _, secret := range []string{"first-secret", "second-secret"} {
		f := plumb.Finding{Rule: "drift-undocumented-member", Severity: plumb.Warning, Pointer: "/" + secret, Subject: plumb.Subject{Name: secret}}
		results = append(results, result{&plumb.Exchange{Secrets: []string{secret}}, engine.Result{Bodies: 1, Findings: []plumb.Finding{f}}})
	}
	r := build(5, results...)
	require.Len(t, r.Findings, 1)
	assert.Equal(t, []PointerCount{{"/[redacted]", 2}}, r.Findings[0].Pointers)
	assert.Equal(t, 2, r.Findings[0].Count)
}

// A finding lists where it occurs, most often first, has the worst severity, and
// says what is wrong with the worst occurrence, in whatever order they come.
func TestOneFindingForOneFault(t *testing.T) {
	amount := plumb.Subject{File: "shop.yaml", Pointer: "/components/schemas/Money/properties/amount"}
	finding := func(operation string, status int, pointer, message string, severity plumb.Severity, line int) plumb.Finding {
		return plumb.Finding{
			Rule: "schema-limit", Subject: amount, Severity: severity, Message: message, Operation: operation, Status: status, Pointer: pointer,
			Description: plumb.Source{File: "shop.yaml", Line: line},
		}
	}
	var results []result
	for _, f := range []plumb.Finding{
		finding("getOrder", 200, "/tax/amount", "too small", plumb.Warning, 9),
		finding("getOrder", 200, "/total/amount", "too large", plumb.Error, 12),
		finding("listOrders", 200, "/total/amount", "too small", plumb.Error, 10),
		finding("", 0, "/total/amount", "too small", plumb.Error, 10),
	} {
		results = append(results, result{&plumb.Exchange{}, engine.Result{Bodies: 1, Findings: []plumb.Finding{f}}})
	}
	for range 2 {
		r := build(9, results...)
		require.Len(t, r.Findings, 1)
		f := r.Findings[0]
		assert.Equal(t, []OperationCount{{"getOrder", 200, 2}, {"listOrders", 200, 1}}, f.Operations)
		assert.Equal(t, []PointerCount{{"/total/amount", 3}, {"/tax/amount", 1}}, f.Pointers)
		assert.Equal(t, "/total/amount", f.Pointer)
		assert.Equal(t, []any{"error", "too small", 10, 4}, []any{f.Severity, f.Message, f.Description.Line, f.Count})
		other := finding("getOrder", 404, "/x", "", plumb.Info, 0)
		assert.Equal(t, other.Fingerprint(), f.Fingerprint, "made of rule and place only")
		assert.Equal(t, []any{"", 200}, []any{f.Operation(), f.Status()})
		slices.Reverse(results)
	}
}
