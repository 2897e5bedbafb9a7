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
// passes the results on in the order of reading.
type pipeline struct {
	validator *engine.Validator
	repeats   *engine.Stream                      // leaves out findings that were explained often enough; if nil, all are explained
	begin     func(recording.File)                // is given the file of what is passed on next; may be nil
	alias     func(recording.File) string         // what stands for the name of a file in its exchanges; if nil, the name
	seen      func(*engine.Results)               // with repeats, is given what bodies contained before their results are passed on
	check     func(*plumb.Exchange) engine.Result // without repeats, checks an exchange; the validator does if it is nil
	observe   func() observer                     // returns, for each goroutine that checks, a function that is given each result there; may be nil
	body      func(size int)                      // is told the size of a body before it is checked; may be nil
	limits    recording.Limits
	schema    string // the schema of bare bodies
	jobs      int
	budget    int // limits the bytes of bodies that have been read but not passed on
	open      func(name string) (io.ReadCloser, error)
}

// observer is given exchanges and their results, on the goroutine that checked
// them and in any order.
type observer func(*plumb.Exchange, engine.Result)

// sink receives the results of a pipeline; its methods are called one at a
// time.
type sink interface {
	checked(*plumb.Exchange, engine.Result)
	ended(recording.File, error)
}

// batch is a part of what was read from one file: a block that goes from the
// goroutine that reads, to one that checks it, to the one that passes results
// on.
type batch struct {
	file      recording.File
	block     *recording.Block  // nil if there is only an error
	exchanges []*plumb.Exchange // the exchanges of the block
	outcome   *engine.Results
	weight    int64         // bytes of bodies that count towards the budget
	err       error         // with which the file ended, after the exchanges
	done      chan struct{} // closed when the exchanges have been checked
}

// run reads the files and passes the results to the sink. It returns early if
// ctx ends.
func (p *pipeline) run(ctx context.Context, files []recording.File, to sink) {
	budget := semaphore.NewWeighted(int64(p.budget))
	// Some batches can wait at each stage, so that no goroutine waits for one
	// batch that takes longer than others.
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
	// for the reader after ctx has ended.
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

// handOn passes the results of a batch to the sink, and releases the batch.
func (p *pipeline) handOn(b *batch, to sink) {
	if p.begin != nil {
		p.begin(b.file)
	}
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

// largeBody is the size from which on bodies are announced.
const largeBody = 200 << 10

// checker returns a function that checks batches on one goroutine.
func (p *pipeline) checker() func(*batch) {
	check := func(exchanges []*plumb.Exchange) *engine.Results {
		out := &engine.Results{Results: make([]engine.Result, len(exchanges))}
		one := p.check
		if one == nil {
			one = p.validator.Check
		}
		for i, x := range exchanges {
			out.Results[i] = one(x)
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
			if p.alias != nil {
				rename(x, p.alias(b.file))
			}
			if x.Schema == "" && x.Request.URL == "" && x.Request.Method == "" {
				x.Schema = p.schema
			}
			if p.validator != nil {
				p.validator.Reveal(x)
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

// rename gives the file of an exchange another name.
func rename(x *plumb.Exchange, name string) {
	for i := range x.Defects {
		if d := &x.Defects[i]; d.Place.File == x.Place.File {
			d.Place.File = name
		}
	}
	x.Place.File = name
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
