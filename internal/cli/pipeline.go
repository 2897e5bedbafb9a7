package cli

import (
	"context"
	"io"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/recording"
)

// pipeline reads files, checks their exchanges on several goroutines, and
// hands the results on in the order of reading.
type pipeline struct {
	validator *engine.Validator
	repeats   *engine.Stream        // leaves out findings that were explained often enough; nil: all are explained
	seen      func(*engine.Results) // takes, with repeats, what bodies had, before their results are handed on
	observe   func() observer       // makes, for each goroutine that checks, what takes each result there; may be nil
	body      func(size int)        // is told how large a body is that is to be checked; may be nil
	limits    recording.Limits
	schema    string // of bare bodies
	jobs      int
	budget    int // bytes of bodies that are read but not handed on
	open      func(name string) (io.ReadCloser, error)
}

// observer takes an exchange and its result, on the goroutine that checked it
// and in no order.
type observer func(*plumb.Exchange, engine.Result)

// sink takes what a pipeline finds out; its methods are called one at a time.
type sink interface {
	checked(*plumb.Exchange, engine.Result)
	ended(recording.File, error)
}

// batch is a part of what was read from one file: a block on its way from the
// goroutine that reads, over one that checks it, to the one that hands results
// on.
type batch struct {
	file      recording.File
	block     *recording.Block  // nil where there is but an error
	exchanges []*plumb.Exchange // of the block
	outcome   *engine.Results
	weight    int64         // bytes of bodies, as far as the budget counts them
	err       error         // ended the file, after the exchanges
	done      chan struct{} // closed when the results are there
}

// run reads the files and gives to what comes of them. It returns early when
// ctx ends.
func (p *pipeline) run(ctx context.Context, files []recording.File, to sink) {
	budget := semaphore.NewWeighted(int64(p.budget))
	// Some batches wait on each way, so that nobody waits for one that takes
	// longer than others.
	work := make(chan *batch, p.jobs)
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
			p.handOn(b, to)
			budget.Release(b.weight)
		case <-ctx.Done():
			return
		}
	}
}

// handOn gives the results of a batch to the sink, and the batch back.
func (p *pipeline) handOn(b *batch, to sink) {
	if b.err != nil {
		to.ended(b.file, b.err)
		return
	}
	if p.seen != nil {
		p.seen(b.outcome)
	}
	for i, x := range b.exchanges {
		to.checked(x, b.outcome.Results[i])
	}
	b.outcome.Release()
	b.block.Release()
}

// largeBody is the size from which on a body is worth to be told of.
const largeBody = 200 << 10

// checker returns a function that checks batches on one goroutine.
func (p *pipeline) checker() func(*batch) {
	check := func(exchanges []*plumb.Exchange) *engine.Results {
		out := &engine.Results{Results: make([]engine.Result, len(exchanges))}
		for i, x := range exchanges {
			out.Results[i] = p.validator.Check(x)
		}
		return out
	}
	if p.repeats != nil {
		check = p.repeats.NewWorker().Check
	}
	observe := observer(func(*plumb.Exchange, engine.Result) {})
	if p.observe != nil {
		observe = p.observe()
	}
	return func(b *batch) {
		if b.block == nil {
			return
		}
		b.exchanges = b.block.Exchanges()
		for _, x := range b.exchanges {
			if x.Schema == "" && x.Request.URL == "" && x.Request.Method == "" {
				x.Schema = p.schema
			}
			if p.body != nil && len(x.Response.Body.Bytes) >= largeBody {
				p.body(len(x.Response.Body.Bytes))
			}
		}
		b.outcome = check(b.exchanges)
		for i, x := range b.exchanges {
			observe(x, b.outcome.Results[i])
		}
	}
}

// read reads the files and sends their exchanges off in batches, until send
// returns false.
func (p *pipeline) read(ctx context.Context, files []recording.File, send func(*batch) bool) {
	var pool recording.Pool
	for _, file := range files {
		if !p.readFile(ctx, file, &pool, send) {
			return
		}
	}
}

func (p *pipeline) readFile(ctx context.Context, file recording.File, pool *recording.Pool, send func(*batch) bool) bool {
	r, err := p.open(file.Path)
	if err != nil {
		return send(newBatch(file, nil, err))
	}
	defer r.Close()
	for block, err := range recording.Blocks(ctx, file.Path, r, p.limits, pool) {
		if ctx.Err() != nil {
			return false
		}
		b := newBatch(file, block, err)
		if block != nil {
			b.weight = int64(min(block.Size(), p.budget))
		}
		if !send(b) {
			return false
		}
	}
	return true
}

func newBatch(file recording.File, block *recording.Block, err error) *batch {
	return &batch{file: file, block: block, err: err, done: make(chan struct{})}
}
