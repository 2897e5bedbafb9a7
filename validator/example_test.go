package validator_test

import (
	"fmt"
	"net/http"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/spec"
	"github.com/plumbapi/plumb/validator"
)

func ExampleValidator_Check() {
	description, err := spec.Builtin()
	if err != nil {
		panic(err)
	}
	v, err := validator.New(description, validator.WithRule("drift-*", plumb.Off))
	if err != nil {
		panic(err)
	}
	result := v.Check(answer(`{
		"id": "batch_1", "object": "batch", "endpoint": "/v1/responses", "input_file_id": "file-1",
		"completion_window": "24h", "status": "paused", "created_at": 1741967569
	}`))
	for _, f := range result.Findings {
		fmt.Printf("%s %s at %s: %s\n", f.Severity, f.Rule, f.Pointer, f.Found)
	}
	// Output:
	// error schema-enum at /status: paused
}

func ExampleHistory_Check() {
	description, err := spec.Builtin()
	if err != nil {
		panic(err)
	}
	v, err := validator.New(description)
	if err != nil {
		panic(err)
	}
	const batch = `{"id": "batch_1", "object": "batch", "endpoint": "/v1/responses", "input_file_id": "file-1",
		"completion_window": "24h", "created_at": 1741967569, "in_progress_at": 1741967570`
	history := v.NewHistory()
	history.Check(answer(batch + `, "status": "completed", "finalizing_at": 1741967580, "completed_at": 1741967590}`))
	for _, f := range history.Check(answer(batch + `, "status": "in_progress"}`)).Findings {
		fmt.Println(f.Rule, f.Pointer)
	}
	// Output:
	// history-transition /status
}

// answer returns a response with this body.
func answer(body string) *plumb.Exchange {
	return &plumb.Exchange{
		Request: plumb.Request{Method: "GET", URL: "https://api.openai.com/v1/batches/batch_1"},
		Response: plumb.Response{
			Status: http.StatusOK,
			Header: http.Header{"Content-Type": {"application/json"}},
			Body:   plumb.Body{Bytes: []byte(body)},
		},
	}
}
