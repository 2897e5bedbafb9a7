package proxy

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/semaphore"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/recording"
)

func target(t *testing.T, body string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (r *running) get(t *testing.T) {
	t.Helper()
	status, _, err := receive(http.DefaultClient, r.url)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
}

// While checks do not come to an end, everything passes and is recorded; what
// there is no room for is counted. The end does not wait for them, and nothing
// of them is handed on after it.
func TestNobodyWaitsForAnEndlessCheck(t *testing.T) {
	const more = 50
	release := make(chan struct{})
	r := front(t, target(t, "{}"), func(o *Options) {
		o.Check = func(*plumb.Exchange) engine.Result {
			<-release
			return engine.Result{}
		}
	})
	passed := waiting + runtime.GOMAXPROCS(0) + more
	for range passed {
		r.get(t)
	}
	r.front.Close()
	start := time.Now()
	unchecked := r.Close(10 * time.Millisecond)
	assert.Less(t, time.Since(start), patience)
	require.Len(t, r.entries, passed)
	assert.Equal(t, passed, unchecked.NoRoom+unchecked.TooLate)
	assert.GreaterOrEqual(t, unchecked.TooLate, waiting)
	assert.Positive(t, unchecked.NoRoom)
	for i, e := range r.entries {
		assert.Equal(t, plumb.Place{File: "session.har", Entry: i + 1}, e.Exchange.Place)
	}
	close(release)
	<-r.checker.done
	assert.Empty(t, r.checked)
}

// One check that does not end holds up no other.
func TestOneEndlessCheckHoldsUpNoOther(t *testing.T) {
	const others = 100
	release := make(chan struct{})
	r := front(t, target(t, "{}"), func(o *Options) {
		o.Check = func(x *plumb.Exchange) engine.Result {
			if x.Place.Entry == 1 {
				<-release
			}
			return engine.Result{}
		}
	})
	for range 1 + others {
		r.get(t)
	}
	assert.Eventually(t, func() bool {
		r.checker.mu.Lock()
		defer r.checker.mu.Unlock()
		return r.checker.ended == others
	}, patience, time.Millisecond)
	r.front.Close()
	assert.Equal(t, Unchecked{TooLate: 1}, r.Close(0))
	close(release)
	<-r.checker.done
	assert.Len(t, r.checked, others)
}

// A check that panics ends nothing.
func TestCheckPanics(t *testing.T) {
	r := front(t, target(t, "{}"), func(o *Options) {
		o.Check = func(x *plumb.Exchange) engine.Result {
			if x.Place.Entry == 2 {
				panic("index out of range")
			}
			return engine.Result{}
		}
	})
	for range 3 {
		r.get(t)
	}
	r.front.Close()
	assert.Equal(t, Unchecked{Failed: 1}, r.Close(patience))
	assert.Equal(t, []int{1, 3}, r.checked)
	require.Len(t, r.failed, 1)
	assert.ErrorContains(t, r.failed[0], "GET "+r.Target.String()+"/v1/batches/batch_1: the check failed, which is a fault of plumb: index out of range\n")
	assert.ErrorContains(t, r.failed[0], "checker_test.go:")
}

// What waits takes no more memory than there is room for: of what waits to be
// checked the next is not checked, of what waits to be recorded the next waits
// with the end of its answer.
func TestBacklogIsBounded(t *testing.T) {
	const size, fit = 64 << 10, 4
	look := make(chan struct{})
	r := front(t, target(t, strings.Repeat(" ", size-1)+"1"), func(o *Options) {
		record := o.Record
		o.Record = func(e recording.HAREntry) {
			<-look
			record(e)
		}
		o.Check = func(*plumb.Exchange) engine.Result {
			<-look
			return engine.Result{}
		}
	})
	r.recorder.backlog.room = semaphore.NewWeighted((fit + 1) * size) // one more for what comes with bodies
	r.checker.backlog.room = semaphore.NewWeighted((fit - 1) * size)
	for range fit {
		r.get(t)
	}
	passed := make(chan error, 1)
	go func() {
		_, _, err := receive(http.DefaultClient, r.url)
		passed <- err
	}()
	select {
	case <-passed:
		t.Error("an answer has ended that there is no room for")
	case <-time.After(20 * time.Millisecond):
	}
	close(look)
	assert.NoError(t, <-passed)
	r.front.Close()
	unchecked := r.Close(patience)
	assert.Len(t, r.entries, fit+1)
	assert.GreaterOrEqual(t, unchecked.NoRoom, 2)
	assert.Len(t, r.checked, fit+1-unchecked.NoRoom)
}

// Also heads have a weight.
func TestWeight(t *testing.T) {
	e := passed{HAREntry: recording.HAREntry{
		RequestHeader: http.Header{"A": {"12", "3"}},
		Exchange: &plumb.Exchange{
			Request:  plumb.Request{URL: "/12345"},
			Response: plumb.Response{Header: http.Header{"Ab": {"c"}}, Body: plumb.Body{Bytes: make([]byte, 100)}},
		},
	}}
	assert.EqualValues(t, 5+6+3+100, weight(e))
	e.Exchange.Response.Body.Bytes = make([]byte, waitingBytes+1)
	assert.EqualValues(t, waitingBytes, weight(e), "it fits alone")
}

// Where nobody records, there is nothing to wait for; and what ends after the
// proxy is left.
func TestWithoutRecording(t *testing.T) {
	r := front(t, target(t, "{}"), func(o *Options) { o.Record = nil })
	for range 3 {
		r.get(t)
	}
	assert.Equal(t, Unchecked{}, r.Close(patience))
	assert.Equal(t, []int{1, 2, 3}, r.checked)
	r.get(t)
	assert.Len(t, r.checked, 3, fmt.Sprint(r.checked))
}

// Nor does anything wait for what is done with a result.
func TestNobodyWaitsForAResultToBeTaken(t *testing.T) {
	taking, release := make(chan struct{}), make(chan struct{})
	r := front(t, target(t, "{}"), func(o *Options) {
		o.Checked = func(x *plumb.Exchange, _ engine.Result) {
			if x.Place.Entry == 1 {
				close(taking)
				<-release
			}
		}
	})
	r.get(t)
	<-taking
	client := http.Client{Timeout: patience}
	for range 10 {
		_, _, err := receive(&client, r.url)
		require.NoError(t, err)
	}
	close(release)
}

// Results come in the order of the recording, however long each check takes; one
// that takes too long is not waited for.
func TestResultsComeInOrder(t *testing.T) {
	first, last := make(chan struct{}), make(chan struct{})
	var handed []int
	o := &Options{
		Check: func(x *plumb.Exchange) engine.Result {
			if x.Place.Entry == 1 {
				<-first
			}
			return engine.Result{}
		},
		Checked: func(x *plumb.Exchange, _ engine.Result) {
			if handed = append(handed, x.Place.Entry); x.Place.Entry == 1 {
				close(last)
			}
		},
	}
	for _, tc := range []struct {
		size  int // of a body
		first int // that is handed on
	}{{1, 1}, {waitingBytes / 2, 2}} {
		first, last, handed = make(chan struct{}), make(chan struct{}), nil
		c := startChecker(o)
		const others = 4
		for i := range 1 + others {
			x := &plumb.Exchange{Place: plumb.Place{Entry: i + 1}}
			x.Response.Body.Bytes = make([]byte, tc.size)
			assert.Eventually(t, func() bool { c.check(recording.HAREntry{Exchange: x}); return c.accepted.Load() == int64(i+1) }, patience, time.Millisecond)
		}
		assert.Eventually(t, func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.ended == others
		}, patience, time.Millisecond)
		close(first)
		<-last
		c.close(patience)
		assert.Len(t, handed, 1+others)
		assert.Equal(t, tc.first, handed[0])
		assert.True(t, slices.IsSorted(handed) == (tc.first == 1), handed)
	}
}

// An answer that ends after the proxy was closed is passed on, and neither
// recorded nor checked.
func TestAnswersAfterTheEnd(t *testing.T) {
	r := front(t, target(t, "{}"), nil)
	r.get(t)
	assert.Zero(t, r.Close(patience))
	r.get(t)
	r.front.Close()
	assert.Len(t, r.entries, 1)
	assert.Equal(t, []int{1}, r.checked)
	assert.Empty(t, r.failed)
}
