package mock

import (
	"bytes"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Fault is one way in which responses can be wrong.
type Fault struct {
	Name string
	Rule string // the rule that it breaks, with the built-in description
	Text string // what is wrong, one line without a full stop

	batch    func(a *answer, v *view, o *object) // changes each batch in the response
	answer   func(a *answer)                     // changes a response about batches
	bytes    func(body []byte) []byte            // changes the body as sent
	conflict int                                 // status of the response to a cancel request that comes too late
}

// Faults returns the faults, sorted by name.
func Faults() []Fault { return slices.Clone(faults) }

var faults = []Fault{
	{Name: "cancel-of-finished-fails", Rule: "http-status", Text: "a cancel request that comes too late is answered with 500 instead of 409",
		conflict: http.StatusInternalServerError},
	{Name: "cancel-shows-another", Rule: "cancel-id", Text: "the response to a cancel request is another batch",
		batch: func(a *answer, v *view, o *object) {
			if a.operation == "cancel" {
				o.set("id", v.id+"x")
			}
		}},
	{Name: "cancel-shows-no-effect", Rule: "cancel-status", Text: "the response to a cancel request shows the state before it",
		batch: func(a *answer, v *view, o *object) {
			if a.operation == "cancel" && v.cancelled == a.now {
				o.set("status", map[bool]string{true: "in_progress", false: "validating"}[v.inProgress != 0])
				o.set("cancelling_at", nil)
			}
		}},
	{Name: "cancelled-without-timestamp", Rule: "state-timestamp-missing", Text: "cancelled_at is null in a cancelled batch",
		batch: inState("cancelled", func(_ *view, o *object) { o.set("cancelled_at", nil) })},
	{Name: "cancelling-at-moves", Rule: "history-set-once", Text: "cancelling_at differs in every second response",
		batch: func(_ *answer, v *view, o *object) {
			if v.cancelling != 0 {
				o.set("cancelling_at", v.cancelling+int64(v.answers%2))
			}
		}},
	{Name: "cancelling-before-created", Rule: "time-order", Text: "cancelling_at is earlier than created_at",
		batch: func(_ *answer, v *view, o *object) {
			if v.cancelling != 0 {
				o.set("cancelling_at", v.created-1)
			}
		}},
	{Name: "clock-ahead", Rule: "time-future", Text: "timestamps are two minutes ahead of the Date header", answer: late(2 * time.Minute)},
	{Name: "clock-skew", Rule: "time-skew", Text: "timestamps are half a minute ahead of the Date header", answer: late(30 * time.Second)},
	{Name: "clock-slow", Rule: "time-between-answers", Text: "timestamps are an hour behind the Date header", answer: late(-time.Hour)},
	{Name: "completed-too-early", Rule: "state-timestamp-early", Text: "completed_at is set while the batch is finalizing",
		batch: inState("finalizing", func(v *view, o *object) { o.set("completed_at", v.end("finalizing", v.finalizing, finalizingSeconds)) })},
	{Name: "counts-fall", Rule: "history-decreased", Text: "the request counts are smaller in every second response",
		batch: func(_ *answer, v *view, o *object) {
			if v.inProgress != 0 {
				o.set("request_counts", counts(v.total+v.answers%2, v.done+v.answers%2, 0))
			}
		}},
	{Name: "counts-over-total", Rule: "request-counts-bound", Text: "more requests are completed and failed than there are",
		batch: inState("in_progress", func(v *view, o *object) { o.set("request_counts", counts(v.total, v.done, v.total+1)) })},
	{Name: "counts-short", Rule: "request-counts-completed", Text: "the counts of a completed batch do not add up",
		batch: inState("completed", func(v *view, o *object) { o.set("request_counts", counts(v.total+1, v.done, 0)) })},
	{Name: "counts-too-early", Rule: "request-counts-early", Text: "requests are counted before the batch is in progress",
		batch: func(_ *answer, v *view, o *object) {
			if v.inProgress == 0 {
				o.set("request_counts", counts(len(v.requests), 0, 0))
			}
		}},
	{Name: "created-201", Rule: "http-status", Text: "a create request is answered with 201",
		answer: func(a *answer) {
			if a.operation == "create" {
				a.status = http.StatusCreated
			}
		}},
	{Name: "duplicate-key", Rule: "json-duplicate-key", Text: "status occurs twice in a batch",
		batch: func(_ *answer, v *view, o *object) { *o = append(*o, member{"status", v.status}) }},
	{Name: "empty-body", Rule: "http-empty-body", Text: "responses about batches have no body",
		bytes: func([]byte) []byte { return nil }},
	{Name: "errors-no-list", Rule: "errors-object", Text: "the member object of errors is not \"list\"",
		batch: func(_ *answer, _ *view, o *object) {
			o.set("errors", object{{"object", "errors"}, {"data", []object{}}})
		}},
	{Name: "expired-early", Rule: "expiry-early", Text: "a batch expires before its expires_at",
		batch: inState("completed", func(v *view, o *object) {
			o.set("status", "expired")
			o.set("expired_at", v.completed)
			o.set("completed_at", nil)
		})},
	{Name: "expiry-off", Rule: "expiry-window", Text: "a batch expires two seconds too early for its window",
		batch: func(_ *answer, v *view, o *object) { o.set("expires_at", v.created+windowSeconds-2) }},
	{Name: "html", Rule: "http-media-type", Text: "responses about batches claim to be HTML",
		answer: func(a *answer) { a.header.Set("Content-Type", "text/html") }},
	{Name: "input-file-changes", Rule: "history-changed", Text: "input_file_id differs in every second response",
		batch: func(_ *answer, v *view, o *object) { o.set("input_file_id", fmt.Sprintf("%s%d", v.input, v.answers%2)) }},
	{Name: "invalid-utf8", Rule: "json-invalid-utf8", Text: "a string contains bytes that are not UTF-8",
		bytes: func(body []byte) []byte {
			return bytes.ReplaceAll(body, []byte(`"endpoint":"`), []byte("\"endpoint\":\"\xff"))
		}},
	{Name: "list-wrong-first-id", Rule: "list-first-id", Text: "first_id is not that of the first batch", answer: wrongCursor("first_id")},
	{Name: "list-wrong-last-id", Rule: "list-last-id", Text: "last_id is not that of the last batch", answer: wrongCursor("last_id")},
	{Name: "member-missing", Rule: "schema-required", Text: "endpoint is missing",
		batch: func(_ *answer, _ *view, o *object) { o.remove("endpoint") }},
	{Name: "member-undocumented", Rule: "drift-undocumented-member", Text: "a batch has a member that is not documented",
		batch: func(_ *answer, _ *view, o *object) { o.set("priority", "low") }},
	{Name: "metadata-number", Rule: "schema-type", Text: "a value of metadata is a number",
		batch: func(_ *answer, _ *view, o *object) { o.set("metadata", object{{"attempt", 1}}) }},
	{Name: "metadata-too-large", Rule: "schema-limit", Text: "metadata has 17 members",
		batch: func(_ *answer, _ *view, o *object) {
			var large object
			for i := range 17 {
				large.set(fmt.Sprintf("key%d", i), "value")
			}
			o.set("metadata", large)
		}},
	{Name: "milliseconds", Rule: "time-unit", Text: "timestamps are in milliseconds",
		batch: func(_ *answer, _ *view, o *object) { eachTime(o, func(t int64) any { return t * 1000 }) }},
	{Name: "not-compressed", Rule: "http-content-encoding", Text: "responses about batches claim to be compressed but are not",
		answer: func(a *answer) { a.header.Set("Content-Encoding", "gzip") }},
	{Name: "output-missing", Rule: "output-missing", Text: "a completed batch has no output file",
		batch: inState("completed", func(_ *view, o *object) { o.set("output_file_id", nil) })},
	{Name: "output-too-early", Rule: "output-early", Text: "output_file_id is set while the batch is in progress",
		batch: inState("in_progress", func(v *view, o *object) { o.set("output_file_id", "file-out-"+v.id) })},
	{Name: "output-without-work", Rule: "output-without-work", Text: "a batch that was cancelled before it began has an error file",
		batch: inState("cancelled", func(v *view, o *object) {
			if v.inProgress == 0 {
				o.set("error_file_id", "file-err-"+v.id)
			}
		})},
	{Name: "retrieve-shows-another", Rule: "retrieve-id", Text: "the response to a retrieve request is another batch",
		batch: func(a *answer, v *view, o *object) {
			if a.operation == "retrieve" {
				o.set("id", v.id+"x")
			}
		}},
	{Name: "state-goes-back", Rule: "history-transition", Text: "a completed batch is finalizing again in every second response",
		batch: inState("completed", func(v *view, o *object) {
			if v.answers%2 == 0 {
				o.set("status", "finalizing")
				o.set("completed_at", nil)
				o.set("output_file_id", nil)
				o.set("usage", usage(0, 0))
			}
		})},
	{Name: "state-unknown", Rule: "schema-enum", Text: "the status of a batch in progress is \"running\"",
		batch: inState("in_progress", func(_ *view, o *object) { o.set("status", "running") })},
	{Name: "state-without-trace", Rule: "state-skipped", Text: "finalizing_at is null in a completed batch",
		batch: inState("completed", func(_ *view, o *object) { o.set("finalizing_at", nil) })},
	{Name: "trailing-comma", Rule: "json-syntax", Text: "there is a comma before the last brace",
		bytes: func(body []byte) []byte { return append(bytes.TrimSuffix(body, []byte("}")), ",}"...) }},
	{Name: "trailing-data", Rule: "json-trailing-data", Text: "there is a second value after the body",
		bytes: func(body []byte) []byte { return append(body, "{}"...) }},
	{Name: "two-ends", Rule: "state-final-conflict", Text: "a completed batch also has failed_at",
		batch: inState("completed", func(v *view, o *object) { o.set("failed_at", v.completed) })},
	{Name: "usage-details-over-total", Rule: "usage-details", Text: "more tokens are cached than were read",
		batch: inState("completed", func(v *view, o *object) {
			u := usage(v.done*inputTokens, v.done*outputTokens)
			u.set("input_tokens_details", object{{"cached_tokens", v.done*inputTokens + 1}})
			o.set("usage", u)
		})},
	{Name: "usage-of-an-old-batch", Rule: "usage-before-introduction", Text: "a batch of March 2025 has usage",
		batch: func(_ *answer, v *view, o *object) {
			const then = 1741967569
			eachTime(o, func(t int64) any { return t - v.created + then })
		}},
	{Name: "usage-overflow", Rule: "rule-failed", Text: "the sum of the tokens exceeds 64 bits",
		batch: inState("completed", func(_ *view, o *object) {
			u := usage(0, 1)
			u.set("input_tokens", math.MaxInt64)
			u.set("total_tokens", math.MaxInt64)
			o.set("usage", u)
		})},
	{Name: "usage-sum-wrong", Rule: "usage-total", Text: "the total of the tokens is not the sum",
		batch: inState("completed", func(v *view, o *object) {
			u := usage(v.done*inputTokens, v.done*outputTokens)
			u.set("total_tokens", v.done*(inputTokens+outputTokens)+1)
			o.set("usage", u)
		})},
	{Name: "usage-too-early", Rule: "usage-early", Text: "usage is set while the batch is in progress",
		batch: inState("in_progress", func(v *view, o *object) { o.set("usage", usage(1, 1)) })},
	{Name: "wrong-object", Rule: "schema-const", Text: "the member object is not \"batch\"",
		batch: func(_ *answer, _ *view, o *object) { o.set("object", "batches") }},
}

// inState returns a fault that changes batches in a state.
func inState(state string, change func(*view, *object)) func(*answer, *view, *object) {
	return func(_ *answer, v *view, o *object) {
		if v.status == state {
			change(v, o)
		}
	}
}

// late returns a fault that sets the Date header back.
func late(by time.Duration) func(*answer) {
	return func(a *answer) {
		a.header.Set("Date", time.Unix(a.now, 0).Add(-by).UTC().Format(http.TimeFormat))
	}
}

// wrongCursor returns a fault that changes an id of a page.
func wrongCursor(name string) func(*answer) {
	return func(a *answer) {
		if id, ok := a.page.get(name).(string); ok {
			a.page.set(name, strings.TrimSuffix(id, "0")+"x")
		}
	}
}
