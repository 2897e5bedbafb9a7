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
	NoRoom  int // too many waited to be checked when they came
	TooLate int // their check had not ended when the proxy was closed
	Failed  int // their check panicked
}

// checker checks exchanges, and hands the results on in the order in which the
// exchanges passed, as a recording has them. No client waits for it: what comes
// when there is no room is not checked, and an end of the proxy does not wait
// for a check that takes too long.
type checker struct {
	options *Options
	backlog *backlog
	done    chan struct{} // closed when everything is checked

	accepted, noRoom atomic.Int64 // counted on the way of an answer, which waits for no lock

	mu        sync.Mutex      // of what follows, and held while a result is handed on
	held      map[int]verdict // wait for earlier ones, by number
	heldSize  int64           // about the memory that they hold
	next      int             // number of the one that is handed on next
	ended     int             // checks that came to an end
	unchecked Unchecked
	closed    bool
}

// verdict is what a check gave.
type verdict struct {
	exchange *plumb.Exchange
	result   engine.Result
	err      error
	size     int64
}

func startChecker(options *Options) *checker {
	c := &checker{options: options, backlog: newBacklog(), done: make(chan struct{}), held: map[int]verdict{}, next: 1}
	var workers sync.WaitGroup
	// There is a second one even on one core, so that a check that takes long
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

// check has an exchange checked, if there is room. It is called for one at a
// time.
func (c *checker) check(e recording.HAREntry) {
	if c.backlog.offer(passed{e, int(c.accepted.Load()) + 1}) {
		c.accepted.Add(1)
	} else {
		c.noRoom.Add(1)
	}
}

// work checks an exchange, and hands on what can be handed on then.
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
	if e.number < c.next { // nobody waited for it
		c.handOn(o)
		return
	}
	c.held[e.number] = o
	c.heldSize += o.size
	c.handOnHeld(false)
}

// handOnHeld hands on what waits for nothing any more: for no earlier exchange
// whose check may still end, or, to bound the memory, for none at all.
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

// result checks an exchange. A panic of the check must not end what serves
// clients; it is an error that says where.
func (c *checker) result(x *plumb.Exchange) (result engine.Result, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the check failed, which is a fault of plumb: %v\n%s", fault, debug.Stack())
		}
	}()
	return c.options.Check(x), nil
}

func (c *checker) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// close waits for the checks as long as it has patience, and returns what was
// not checked. A check that still runs is left alone; its result is dropped.
func (c *checker) close(patience time.Duration) Unchecked {
	close(c.backlog.entries)
	timer := time.NewTimer(patience)
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
