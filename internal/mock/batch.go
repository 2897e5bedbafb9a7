package mock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
)

// How long a batch is in its states, in seconds. A real cancellation takes 605
// seconds or more, whatever the documentation says.
const (
	validatingSeconds = 5
	workingSeconds    = 60
	finalizingSeconds = 10
	cancellingSeconds = 605
	windowSeconds     = 24 * 60 * 60
)

// Tokens that each request is reported to have used.
const (
	inputTokens  = 12
	outputTokens = 5
)

// batch is a batch as a client created it. Its state at any time follows from
// these fields: nothing runs in the background.
type batch struct {
	id string
	creation

	model    string // model of the first request
	requests [][]byte
	problems []problem // with the input file: the batch fails

	created       int64 // Unix seconds, as are all times
	cancelled     int64 // when it was asked for; 0 if it was not
	cancelSeconds int64 // how long a cancellation takes
	answers       int   // number of answers that contained the batch, including this one

	// linger, if greater than 0, says that no state ends before an answer has
	// shown it, and as many seconds later: a client that polls in real time
	// would miss most states of a fast server, and could not act on any.
	linger int64
	shown  map[string]int64 // when a state was first shown, by its name
}

// never is a time that does not come.
const never = math.MaxInt64

// end returns when a state ends that began at a time and lasts some seconds.
func (b *batch) end(state string, began, lasts int64) int64 {
	if b.linger == 0 {
		return began + lasts
	}
	shown, ok := b.shown[state]
	if !ok {
		return never
	}
	return max(began+lasts, shown+b.linger)
}

// show returns the batch as an answer shows it at a time.
func (b *batch) show(now int64) view {
	v := b.at(now)
	b.answers++
	if _, ok := b.shown[v.status]; !ok {
		b.shown[v.status] = now
	}
	return v
}

// problem is what is wrong with one line of an input file.
type problem struct {
	code, message string
	line          int
}

// readInput reads the requests of an input file.
func (b *batch) readInput(content []byte) {
	for i, line := range bytes.Split(bytes.TrimSpace(content), []byte("\n")) {
		var request struct {
			CustomID string `json:"custom_id"`
			Method   string
			URL      string
			Body     struct{ Model string }
		}
		switch err := json.Unmarshal(line, &request); {
		case len(bytes.TrimSpace(content)) == 0:
			b.problems = append(b.problems, problem{"empty_file", "the input file has no requests", 1})
		case err != nil:
			b.problems = append(b.problems, problem{"invalid_json_line", "the line is not a JSON object", i + 1})
		case request.CustomID == "" || request.Method == "" || request.URL == "":
			b.problems = append(b.problems, problem{"missing_required_parameter", "the line needs custom_id, method, url and body", i + 1})
		case b.model == "":
			b.model = request.Body.Model
		}
		b.requests = append(b.requests, bytes.Clone(line))
	}
}

// view is the state of a batch at some time.
type view struct {
	*batch
	status string

	// When it entered its states; 0 if it did not.
	inProgress, finalizing, completed, failed, cancelling, cancelledAt int64

	total, done int // requests
}

// at returns the state of the batch at a time.
func (b *batch) at(now int64) view {
	v := view{batch: b, status: "validating"}
	until := now // how far the batch has followed its normal course
	if b.cancelled != 0 {
		until = b.cancelled
		v.cancelling = b.cancelled
	}
	if validated := b.end("validating", b.created, validatingSeconds); until >= validated {
		if len(b.problems) > 0 {
			v.status, v.failed = "failed", validated
		} else {
			v.work(validated, until)
		}
	}
	if v.cancelling == 0 {
		return v
	}
	v.status = "cancelling"
	if done := b.end("cancelling", b.cancelled, b.cancelSeconds); now >= done {
		v.status, v.cancelledAt = "cancelled", done
	}
	return v
}

// work sets the states of the normal course from when the work begins.
func (v *view) work(begin, now int64) {
	v.status, v.inProgress = "in_progress", begin
	v.total = len(v.requests)
	v.done = v.total * int(min(now-begin, workingSeconds)) / workingSeconds
	worked := v.end("in_progress", begin, workingSeconds)
	if now < worked {
		return
	}
	v.status, v.finalizing = "finalizing", worked
	if finished := v.end("finalizing", worked, finalizingSeconds); now >= finished {
		v.status, v.completed = "completed", finished
	}
}

// cancellable reports whether cancelling the batch has an effect.
func (v *view) cancellable() bool {
	return v.status == "validating" || v.status == "in_progress" || v.status == "finalizing"
}

func (v *view) outputFile() any {
	if v.status == "completed" || v.status == "cancelled" && v.done > 0 {
		return "file-out-" + v.id
	}
	return nil
}

// errorFile returns the id of the file with the requests that were not made, or
// nil.
func (v *view) errorFile() any {
	if v.status == "cancelled" && v.inProgress != 0 && v.done < v.total {
		return "file-err-" + v.id
	}
	return nil
}

// object returns the batch as OpenAI sends it: what is not there yet is null.
func (v *view) object() object {
	var errors any
	if v.failed != 0 {
		data := []object{}
		for _, p := range v.problems {
			data = append(data, object{{"code", p.code}, {"line", p.line}, {"message", p.message}, {"param", nil}})
		}
		errors = object{{"object", "list"}, {"data", data}}
	}
	used := 0
	if v.status == "completed" {
		used = v.done
	}
	return object{
		{"id", v.id},
		{"object", "batch"},
		{"endpoint", v.endpoint},
		{"model", orNull(v.inProgress != 0 && v.model != "", v.model)},
		{"errors", errors},
		{"input_file_id", v.input},
		{"completion_window", v.window},
		{"status", v.status},
		{"output_file_id", v.outputFile()},
		{"error_file_id", v.errorFile()},
		{"created_at", v.created},
		{"in_progress_at", timeOrNull(v.inProgress)},
		{"expires_at", v.created + windowSeconds},
		{"finalizing_at", timeOrNull(v.finalizing)},
		{"completed_at", timeOrNull(v.completed)},
		{"failed_at", timeOrNull(v.failed)},
		{"expired_at", nil},
		{"cancelling_at", timeOrNull(v.cancelling)},
		{"cancelled_at", timeOrNull(v.cancelledAt)},
		{"request_counts", object{{"total", v.total}, {"completed", v.done}, {"failed", 0}}},
		{"usage", usage(used*inputTokens, used*outputTokens)},
		{"metadata", orNull(v.metadata != nil, v.metadata)},
	}
}

func usage(input, output int) object {
	return object{
		{"input_tokens", input},
		{"output_tokens", output},
		{"total_tokens", input + output},
		{"input_tokens_details", object{{"cached_tokens", 0}}},
		{"output_tokens_details", object{{"reasoning_tokens", 0}}},
	}
}

func timeOrNull(t int64) any { return orNull(t != 0, t) }

func orNull(there bool, value any) any {
	if !there {
		return nil
	}
	return value
}

// results returns the content of an output file: a response to each request
// that was made.
func (v *view) results() []byte {
	return v.lines(0, v.done, object{{"status_code", 200}, {"body", object{}}}, nil)
}

// undone returns the content of an error file: the requests that were not made
// because of the cancellation.
func (v *view) undone() []byte {
	return v.lines(v.done, v.total, nil, object{{"code", "batch_cancelled"}, {"message", "the batch was cancelled before the request was made"}})
}

func (v *view) lines(from, to int, response, failure any) []byte {
	var b bytes.Buffer
	for i, line := range v.requests[from:to] {
		var request struct {
			CustomID string `json:"custom_id"`
		}
		_ = json.Unmarshal(line, &request) // readInput has read it before
		b.Write(encode(object{
			{"id", fmt.Sprintf("batch_req_%s_%d", v.id, from+i+1)},
			{"custom_id", request.CustomID},
			{"response", response},
			{"error", failure},
		}))
		b.WriteByte('\n')
	}
	return b.Bytes()
}
