package proxy

import (
	"context"
	"net/http"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/plumbapi/plumb/internal/recording"
)

// So many exchanges, and bytes of them, may wait to be recorded, and as many to
// be checked. It bounds the memory.
const (
	waiting      = 1024
	waitingBytes = 64 << 20
)

// intake numbers the exchanges in the order in which their answers end. After
// close it takes none: an answer can outlive the server.
type intake struct {
	mu      sync.Mutex
	entries int
	closed  bool
}

func (i *intake) add(take func(entry int)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.closed {
		i.entries++
		take(i.entries)
	}
}

func (i *intake) close() {
	i.mu.Lock()
	i.closed = true
	i.mu.Unlock()
}

// passed is an exchange that has passed.
type passed struct {
	recording.HAREntry
	number int // from 1, among those that are checked
}

// backlog holds exchanges that have passed and that nobody has looked at yet.
type backlog struct {
	entries chan passed
	room    *semaphore.Weighted // in bytes
}

func newBacklog() *backlog {
	return &backlog{entries: make(chan passed, waiting), room: semaphore.NewWeighted(waitingBytes)}
}

// offer adds an exchange, and reports whether there was room.
func (b *backlog) offer(e passed) bool {
	if !b.room.TryAcquire(weight(e)) {
		return false
	}
	select {
	case b.entries <- e:
		return true
	default:
		b.room.Release(weight(e))
		return false
	}
}

// put adds an exchange when there is room.
func (b *backlog) put(e passed) {
	_ = b.room.Acquire(context.Background(), weight(e)) // it fails with its context only
	b.entries <- e
}

// each calls take for each exchange until the backlog is closed and empty. It
// can run on several goroutines.
func (b *backlog) each(take func(passed)) {
	for e := range b.entries {
		take(e)
		b.room.Release(weight(e))
	}
}

// weight is about the memory that an exchange holds. One that is larger than
// all the room fits when there is nothing else.
func weight(e passed) int64 {
	x := e.Exchange
	size := len(x.Request.URL) + len(x.Response.Body.Bytes) + headerSize(e.RequestHeader) + headerSize(x.Response.Header)
	return min(int64(size), waitingBytes)
}

func headerSize(h http.Header) int {
	size := 0
	for name, values := range h {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	return size
}

// recorder hands exchanges to who records them. What has no room waits, and
// with it the ends of answers: a recording has them all. It waits for the disk,
// and never for a check.
type recorder struct {
	backlog *backlog // nil where nobody records
	done    chan struct{}
}

func startRecorder(record func(recording.HAREntry)) *recorder {
	r := &recorder{}
	if record == nil {
		return r
	}
	r.backlog, r.done = newBacklog(), make(chan struct{})
	go func() {
		defer close(r.done)
		r.backlog.each(func(e passed) { record(e.HAREntry) })
	}()
	return r
}

func (r *recorder) record(e recording.HAREntry) {
	if r.backlog != nil {
		r.backlog.put(passed{HAREntry: e})
	}
}

// close waits until everything is recorded.
func (r *recorder) close() {
	if r.backlog != nil {
		close(r.backlog.entries)
		<-r.done
	}
}
