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

// TestNobodyWaitsForAnEndlessCheck checks that everything passes and is
// recorded while checks do not end; that exchanges without room are counted;
// and that closing neither waits for the checks nor passes on their results
// afterwards.
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

// TestOneEndlessCheckHoldsUpNoOther checks that one check that does not end
// does not hold up others.
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

// TestCheckPanics checks that a check that panics does not affect others.
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
	assert.ErrorContains(t, r.failed[0], "GET "+r.Target.String()+"/v1/batches/batch_1: the check failed, which is a bug in plumb: index out of range\n")
	assert.ErrorContains(t, r.failed[0], "checker_test.go:")
}

// TestBacklogIsBounded checks that waiting exchanges take no more memory than
// allowed: if there is no room, an exchange is not checked; and if there is no
// room to record it, the end of its response waits.
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
	r.recorder.backlog.room = semaphore.NewWeighted((fit + 1) * size) // one more for everything beside the bodies
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
		t.Error("a response ended although there was no room to record it")
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

// TestWeight checks that heads have a weight, too.
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

// TestWithoutRecording checks that nothing has to wait if nothing is recorded,
// and that exchanges that end after the proxy are left out.
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

// TestNobodyWaitsForAResultToBeTaken checks that nothing waits for what is done
// with a result.
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

// TestResultsComeInOrder checks that results come in the order of the
// recording, however long each check takes, except that a check that takes too
// long is not waited for.
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
		first int // that is passed on
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

// TestResponsesAfterTheEnd checks that a response which ends after the proxy was
// closed is passed on, but neither recorded nor checked.
func TestResponsesAfterTheEnd(t *testing.T) {
	r := front(t, target(t, "{}"), nil)
	r.get(t)
	assert.Zero(t, r.Close(patience))
	r.get(t)
	r.front.Close()
	assert.Len(t, r.entries, 1)
	assert.Equal(t, []int{1}, r.checked)
	assert.Empty(t, r.failed)
}
