package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/spec"
)

// order is a sink that records what a pipeline passes on.
type order struct{ seen []string }

func (o *order) checked(x *plumb.Exchange, r engine.Result) {
	o.seen = append(o.seen, fmt.Sprintf("%s %d: %d", x.Place.File, x.Place.Entry, r.Bodies))
}

func (o *order) ended(f recording.File, err error) {
	o.seen = append(o.seen, f.Path+" "+err.Error())
}

func newPipeline(t *testing.T, jobs int, open func(string) (io.ReadCloser, error)) pipeline {
	desc, err := spec.Builtin()
	require.NoError(t, err)
	v, err := engine.New(desc)
	require.NoError(t, err)
	return pipeline{validator: v, limits: recording.DefaultLimits, jobs: jobs, budget: 1000, open: open}
}

func TestResultsComeInTheOrderOfReading(t *testing.T) {
	const perFile = 300
	var want []string
	files := []recording.File{{Path: "a"}, {Path: "broken"}, {Path: "b"}}
	for _, f := range files {
		if f.Path == "broken" {
			want = append(want, "broken cannot be opened")
			continue
		}
		for i := range perFile {
			want = append(want, fmt.Sprintf("%s %d: %d", f.Path, i+1, i%2))
		}
	}
	lines := strings.Repeat(`{"x":1}`+"\n"+`{"object":"batch","id":"b"}`+"\n", perFile/2)
	open := func(name string) (io.ReadCloser, error) {
		if name == "broken" {
			return nil, errors.New("cannot be opened")
		}
		return io.NopCloser(strings.NewReader(lines)), nil
	}
	for _, jobs := range []int{1, 2, 7} {
		var got order
		p := newPipeline(t, jobs, open)
		p.run(t.Context(), files, &got)
		assert.Equal(t, want, got.seen, "%d jobs", jobs)
	}
}

// Bodies that are larger than the budget are passed on one at a time.
func TestLargeBodiesGoThrough(t *testing.T) {
	line := `{"object":"batch","id":"` + strings.Repeat("x", 2000) + "\"}\n"
	p := newPipeline(t, 2, func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(strings.Repeat(line, 400))), nil
	})
	var got order
	p.run(t.Context(), []recording.File{{Path: "a"}}, &got)
	assert.Len(t, got.seen, 400)
}

// A read that waits for its input does not keep the run from ending.
func TestInterruptedRunReportsWhatWasSeen(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, feed := io.Pipe()
	t.Cleanup(func() { feed.Close() })
	go func() {
		// Some of it is checked; then the input is silent.
		for range 200 {
			if _, err := io.WriteString(feed, `{"object":"batch","id":"b"}`+"\n"); err != nil {
				return
			}
		}
		cancel()
	}()
	t.Chdir(t.TempDir())
	var out, errs bytes.Buffer
	status := Run(ctx, []string{"check", "-"}, in, &out, &errs, func(string) string { return "" })
	assert.Equal(t, statusFailed, status)
	assert.Contains(t, errs.String(), "interrupted; the report covers what was read until then")
	assert.Contains(t, out.String(), "read")
}

func TestReportThatCannotBeWrittenIsAFailure(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("good.json", []byte(`{"id":"batch_1","object":"batch","endpoint":"/v1/responses","input_file_id":"f","completion_window":"24h","status":"validating","created_at":1700000000}`), 0o600))
	var errs bytes.Buffer
	status := Run(t.Context(), []string{"check", "good.json"}, nil, full{}, &errs, func(string) string { return "" })
	assert.Equal(t, statusFailed, status)
	assert.Equal(t, "plumb: standard output: no space left\n", errs.String())
}

// full is a writer that is out of space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }
