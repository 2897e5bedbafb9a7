package proxy

import (
	"fmt"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/recording"
)

// Unchecked counts the exchanges that were passed on, and recorded, but not
// checked.
type Unchecked struct {
	NoRoom  int // too many others were waiting to be checked
	TooLate int // the check had not ended when the proxy was closed
	Failed  int // the check panicked
}

// checker checks exchanges, and passes the results on in the order in which the
// exchanges passed, as they are in a recording. Clients never wait for it: if
// there is no room, an exchange is not checked, and closing the proxy does not
// wait for a check that takes too long.
type checker struct {
	options *Options
	backlog *backlog
	done    chan struct{} // closed when everything is checked

	accepted, noRoom atomic.Int64 // atomic, since a response must not wait for a lock

	mu        sync.Mutex      // guards what follows; held while a result is passed on
	held      map[int]verdict // verdicts that wait for earlier ones, by number
	heldSize  int64           // approximate memory that they take
	next      int             // number of the verdict that is passed on next
	ended     int             // number of checks that ended
	unchecked Unchecked
	closed    bool
}

// verdict is the result of a check.
type verdict struct {
	exchange *plumb.Exchange
	result   engine.Result
	err      error
	size     int64
}

func startChecker(options *Options) *checker {
	c := &checker{options: options, backlog: newBacklog(), done: make(chan struct{}), held: map[int]verdict{}, next: 1}
	var workers sync.WaitGroup
	// There are at least two workers, even on one core, so that one long check
	// does not hold up all others.
	for range max(2, runtime.GOMAXPROCS(0)) {
		workers.Go(func() { c.backlog.each(c.work) })
	}
	go func() {
		workers.Wait()
		close(c.done)
	}()
	return c
}

// check queues an exchange to be checked, if there is room. It must not be
// called concurrently.
func (c *checker) check(e recording.HAREntry) {
	if c.backlog.offer(passed{e, int(c.accepted.Load()) + 1}) {
		c.accepted.Add(1)
	} else {
		c.noRoom.Add(1)
	}
}

// work checks an exchange, and then passes on the verdicts that no longer have
// to wait.
func (c *checker) work(e passed) {
	if c.isClosed() {
		return
	}
	result, err := c.result(e.Exchange)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.ended++
	o := verdict{e.Exchange, result, err, weight(e)}
	if e.number < c.next { // later ones were passed on without it
		c.handOn(o)
		return
	}
	c.held[e.number] = o
	c.heldSize += o.size
	c.handOnHeld(false)
}

// handOnHeld passes on the verdicts that no longer have to wait for an earlier
// one. If all is set, or if they take too much memory, it does not wait for
// earlier ones whose check has not ended.
func (c *checker) handOnHeld(all bool) {
	for len(c.held) > 0 {
		o, ok := c.held[c.next]
		if !ok {
			if !all && len(c.held) <= waiting && c.heldSize <= waitingBytes {
				return
			}
			c.next = slices.Min(slices.Collect(maps.Keys(c.held)))
			continue
		}
		delete(c.held, c.next)
		c.heldSize -= o.size
		c.next++
		c.handOn(o)
	}
}

func (c *checker) handOn(o verdict) {
	if o.err != nil {
		c.unchecked.Failed++
		c.options.Failed(fmt.Errorf("%s %s: %w", o.exchange.Request.Method, o.exchange.Request.URL, o.err))
		return
	}
	c.options.Checked(o.exchange, o.result)
}

// result checks an exchange. A panic in the check must not end the server; it
// becomes an error with the stack.
func (c *checker) result(x *plumb.Exchange) (result engine.Result, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the check failed, which is a bug in plumb: %v\n%s", fault, debug.Stack())
		}
	}()
	return c.options.Check(x), nil
}

func (c *checker) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// close waits for the checks for at most the timeout, and returns what was not
// checked. A check that is still running continues; its result is dropped.
func (c *checker) close(timeout time.Duration) Unchecked {
	close(c.backlog.entries)
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-timer.C:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handOnHeld(true)
	c.closed = true
	c.unchecked.NoRoom = int(c.noRoom.Load())
	c.unchecked.TooLate = int(c.accepted.Load()) - c.ended
	return c.unchecked
}
