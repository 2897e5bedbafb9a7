package cli

import (
	"context"
	"io"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/validator"
)

// pipeline reads files, checks their exchanges on several goroutines, and
// hands the results on in the order of reading.
type pipeline struct {
	validator *validator.Validator
	repeats   *validator.Run         // leaves out findings that were explained often enough; nil: all are explained
	seen      func(*validator.Batch) // takes, with repeats, what bodies had, before their results are handed on
	limits    recording.Limits
	schema    string // of bare bodies
	jobs      int
	budget    int // bytes of bodies that are read but not handed on
	open      func(name string) (io.ReadCloser, error)
}

// sink takes what a pipeline finds out; its methods are called one at a time.
type sink interface {
	checked(*validator.Exchange, validator.Result)
	ended(recording.File, error)
}

const (
	batchExchanges = 64        // checked at one go, so that handing over costs little
	batchBytes     = 256 << 10 // of bodies: large ones go alone
)

// batch is a part of what was read from one file.
type batch struct {
	file      recording.File
	entries   []recording.Entry
	exchanges []*validator.Exchange
	outcome   *validator.Batch
	weight    int64         // bytes of bodies, as far as the budget counts them
	err       error         // ended the file, after the exchanges
	done      chan struct{} // closed when the results are there
}

// run reads the files and gives to what comes of them. It returns early when
// ctx ends.
func (p *pipeline) run(ctx context.Context, files []recording.File, to sink) {
	budget := semaphore.NewWeighted(int64(p.budget))
	work := make(chan *batch)
	order := make(chan *batch, 2*p.jobs)
	var workers sync.WaitGroup
	for range p.jobs {
		workers.Go(func() {
			check := p.checker()
			for b := range work {
				check(b)
				close(b.done)
			}
		})
	}
	go func() {
		defer close(order)
		defer close(work)
		p.read(ctx, files, func(b *batch) bool {
			if budget.Acquire(ctx, b.weight) != nil {
				return false
			}
			for _, to := range []chan<- *batch{order, work} {
				select {
				case to <- b:
				case <-ctx.Done():
					return false
				}
			}
			return true
		})
	}()
	// A read that waits for its input cannot be stopped, so nothing here waits
	// for the reading when ctx has ended.
	for {
		select {
		case b, ok := <-order:
			if !ok {
				workers.Wait()
				return
			}
			select {
			case <-b.done:
			case <-ctx.Done():
				return
			}
			if p.seen != nil {
				p.seen(b.outcome)
			}
			for i, x := range b.exchanges {
				to.checked(x, b.outcome.Results[i])
			}
			if b.err != nil {
				to.ended(b.file, b.err)
			}
			budget.Release(b.weight)
		case <-ctx.Done():
			return
		}
	}
}

// checker returns a function that checks batches on one goroutine.
func (p *pipeline) checker() func(*batch) {
	check := func(exchanges []*validator.Exchange) *validator.Batch {
		out := &validator.Batch{Results: make([]validator.Result, len(exchanges))}
		for i, x := range exchanges {
			out.Results[i] = p.validator.Check(x)
		}
		return out
	}
	if p.repeats != nil {
		check = p.repeats.NewChecker().Check
	}
	return func(b *batch) {
		b.exchanges = make([]*validator.Exchange, len(b.entries))
		for i := range b.entries {
			x := b.entries[i].Exchange()
			b.exchanges[i] = x
			if x.Schema == "" && x.Request == (validator.Request{}) {
				x.Schema = p.schema
			}
		}
		b.outcome = check(b.exchanges)
	}
}

// read reads the files and sends their exchanges off in batches, until send
// returns false.
func (p *pipeline) read(ctx context.Context, files []recording.File, send func(*batch) bool) {
	for _, file := range files {
		if !p.readFile(ctx, file, send) {
			return
		}
	}
}

func (p *pipeline) readFile(ctx context.Context, file recording.File, send func(*batch) bool) bool {
	b, size := newBatch(file), 0
	flush := func() bool {
		b.weight = int64(min(size, p.budget))
		full := b
		b, size = newBatch(file), 0
		return send(full)
	}
	r, err := p.open(file.Path)
	if err != nil {
		b.err = err
		return flush()
	}
	defer r.Close()
	for e, err := range recording.Entries(ctx, file.Path, r, p.limits) {
		if ctx.Err() != nil {
			return false
		}
		if err != nil {
			b.err = err
			break
		}
		b.entries = append(b.entries, e)
		size += e.Size
		if len(b.entries) == batchExchanges || size >= batchBytes {
			if !flush() {
				return false
			}
		}
	}
	if len(b.entries) == 0 && b.err == nil {
		return true
	}
	return flush()
}

func newBatch(file recording.File) *batch {
	return &batch{file: file, done: make(chan struct{})}
}
