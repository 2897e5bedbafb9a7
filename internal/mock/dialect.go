package mock

import (
	"fmt"
	"strings"
	"time"
)

// dialect is how the responses of a vendor differ from those of OpenAI.
type dialect struct {
	id              func(n int) string // returns the id of the nth file or batch
	cancelSeconds   int64              // how long a cancellation takes
	cancelsByDelete bool
	endpoints       []string // that batches can be created for; any if nil
	windows         []string // that batches can be created with; any if nil
	parameters      []string // of the request that creates a batch; any if nil
	batch           func(v *view, o *object)
}

// dialects are the observed differences of vendors, by the name of the vendor.
var dialects = map[string]dialect{
	"": {
		endpoints: []string{
			"/v1/responses", "/v1/chat/completions", "/v1/embeddings", "/v1/completions", "/v1/moderations",
			"/v1/images/generations", "/v1/images/edits", "/v1/videos",
		},
		windows:    []string{"24h"},
		parameters: []string{"input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after"},
	},
	"azure": {
		id: func(n int) string {
			return fmt.Sprintf("batch_%08x-0000-4000-8000-%012x", n, n)
		},
		cancelSeconds: 14,
		batch: func(v *view, o *object) {
			o.set("endpoint", strings.TrimPrefix(v.endpoint, "/v1"))
			ended := v.completed+v.failed+v.cancelledAt != 0
			for _, name := range []string{"output_file_id", "error_file_id"} {
				if o.get(name) == nil && !ended {
					o.set(name, "")
				}
			}
			if v.status == "validating" {
				o.set("request_counts", counts(len(v.requests), 0, 0))
			}
		},
	},
	"cerebras": {
		cancelsByDelete: true,
		batch: func(v *view, o *object) {
			if v.status == "in_progress" {
				o.set("status", "calling")
			}
			o.set("request_counts", nil)
		},
	},
	"litellm-vertex": {
		batch: func(v *view, o *object) {
			o.set("completion_window", "24hrs")
			o.set("endpoint", "")
			o.set("request_counts", nil)
			o.set("output_file_id", "gs://bucket/"+v.id)
		},
	},
	"together": {
		batch: func(v *view, o *object) {
			o.set("status", strings.ToUpper(v.status))
			eachTime(o, inText)
			o.remove("object", "completion_window", "request_counts")
		},
	},
	"voyage": {
		batch: func(v *view, o *object) {
			o.set("completion_window", "12h")
			o.set("expected_completion_at", v.created+windowSeconds/2)
			o.remove("expires_at")
			eachTime(o, inText)
		},
	},
	"zhipu": {
		batch: func(_ *view, o *object) {
			eachTime(o, func(t int64) any { return t * 1000 })
			o.set("request_counts", object{{"total", nil}, {"completed", nil}, {"failed", nil}})
		},
	},
}

// eachTime changes the timestamps of a batch.
func eachTime(o *object, change func(int64) any) {
	for _, m := range *o {
		if t, ok := m.value.(int64); ok && strings.HasSuffix(m.name, "_at") {
			o.set(m.name, change(t))
		}
	}
}

func inText(t int64) any { return time.Unix(t, 0).UTC().Format(time.RFC3339) }

func counts(total, completed, failed int) object {
	return object{{"total", total}, {"completed", completed}, {"failed", failed}}
}
