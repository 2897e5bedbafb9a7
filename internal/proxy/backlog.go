package proxy

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/plumbapi/plumb/internal/live"
	"github.com/plumbapi/plumb/internal/recording"
)

// At most this many exchanges, and bytes of exchanges, wait to be recorded, and
// as many to be checked. This bounds the memory.
const (
	waiting      = 1024
	waitingBytes = 64 << 20
)

// inFlightBytes bounds what is kept of all responses that are passing.
const inFlightBytes = 256 << 20

// intake numbers the exchanges in the order in which their responses end. After
// close it accepts none, since a response can end later than the server.
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
	number int // counts the exchanges that are checked, from 1
}

// backlog is a queue of exchanges that have passed.
type backlog struct {
	entries chan passed
	room    *semaphore.Weighted // bytes that are free
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

// put adds an exchange, and waits until there is room.
func (b *backlog) put(e passed) {
	_ = b.room.Acquire(context.Background(), weight(e)) // fails only if its context is done
	b.entries <- e
}

// each calls take for each exchange until the backlog is closed and empty.
// Several goroutines may call it.
func (b *backlog) each(take func(passed)) {
	for e := range b.entries {
		take(e)
		b.room.Release(weight(e))
	}
}

// weight returns approximately how much memory an exchange takes. An exchange
// that is larger than all the room counts as exactly that, so that it fits when
// nothing else is there.
func weight(e passed) int64 {
	size := live.HeadSize(e.Exchange) + live.HeaderSize(e.RequestHeader) + int64(len(e.Exchange.Response.Body.Bytes))
	return min(size, waitingBytes)
}

// recorder passes exchanges to the function that records them. If there is no
// room, the exchange waits, and with it the end of its response, since a
// recording must be complete. A recorder waits for the disk, but never for a
// check.
type recorder struct {
	backlog *backlog // nil if nothing is recorded
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
