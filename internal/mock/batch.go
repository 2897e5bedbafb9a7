package mock

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// How long a batch is in its states, in seconds. A real cancel takes 605
// seconds and more, whatever the documentation says.
const (
	validatingSeconds = 5
	workingSeconds    = 60
	finalizingSeconds = 10
	cancellingSeconds = 605
	windowSeconds     = 24 * 60 * 60
)

// Tokens that each request is said to have used.
const (
	inputTokens  = 12
	outputTokens = 5
)

// batch is a batch as its caller made it. What it looks like at a time follows
// from that: nothing runs in the background.
type batch struct {
	id       string
	endpoint string
	input    string // id of the file
	window   string
	metadata json.RawMessage // as given; nil without

	model    string // of the first request
	requests [][]byte
	problems []problem // with the input file: the batch fails

	created   int64 // Unix seconds, as are all times
	cancelled int64 // when somebody asked for it; 0: nobody did
	patience  int64 // seconds that a cancel takes
	answers   int   // that showed the batch, this one included
}

// problem is what is wrong with one line of an input file.
type problem struct {
	code, message string
	line          int
}

// readInput looks through the requests of an input file.
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

// view is what a batch looks like at a time.
type view struct {
	*batch
	status string

	// When it came into its states; 0: it did not.
	inProgress, finalizing, completed, failed, cancelling, cancelledAt int64

	total, done int // requests
}

// at returns what the batch looks like at a time.
func (b *batch) at(now int64) view {
	v := view{batch: b, status: "validating"}
	end := now // of its normal life
	if b.cancelled != 0 {
		end = b.cancelled
		v.cancelling = b.cancelled
	}
	if begin := b.created + validatingSeconds; end >= begin && len(b.problems) > 0 {
		v.status, v.failed = "failed", begin
	} else if end >= begin {
		v.work(begin, end)
	}
	if v.cancelling == 0 {
		return v
	}
	v.status = "cancelling"
	if done := b.cancelled + b.patience; now >= done {
		v.status, v.cancelledAt = "cancelled", done
	}
	return v
}

// work is the life from the begin of the work on.
func (v *view) work(begin, now int64) {
	v.status, v.inProgress = "in_progress", begin
	v.total = len(v.requests)
	v.done = v.total * int(min(now-begin, workingSeconds)) / workingSeconds
	if begin += workingSeconds; now >= begin {
		v.status, v.finalizing = "finalizing", begin
	}
	if begin += finalizingSeconds; now >= begin {
		v.status, v.completed = "completed", begin
	}
}

// cancellable reports whether a cancel has an effect.
func (v *view) cancellable() bool {
	return v.status == "validating" || v.status == "in_progress" || v.status == "finalizing"
}

func (v *view) outputFile() any {
	if v.status == "completed" || v.status == "cancelled" && v.done > 0 {
		return "file-out-" + v.id
	}
	return nil
}

// errorFile is that of the requests that were not made.
func (v *view) errorFile() any {
	if v.status == "cancelled" && v.inProgress != 0 && v.done < v.total {
		return "file-err-" + v.id
	}
	return nil
}

// object shows the batch as OpenAI does: what is not there yet is null.
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

// results is the content of an output file: an answer to each request that was
// done.
func (v *view) results() []byte {
	return v.lines(0, v.done, object{{"status_code", 200}, {"body", object{}}}, nil)
}

// undone is the content of an error file: the requests that a cancel came before.
func (v *view) undone() []byte {
	return v.lines(v.done, v.total, nil, object{{"code", "batch_cancelled"}, {"message", "the batch was cancelled before the request was made"}})
}

func (v *view) lines(from, to int, response, failure any) []byte {
	var b bytes.Buffer
	for i, line := range v.requests[from:to] {
		var request struct {
			CustomID string `json:"custom_id"`
		}
		_ = json.Unmarshal(line, &request) // it was read before
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
