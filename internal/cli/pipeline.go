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
	exchanges []*validator.Exchange
	results   []validator.Result
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
			for b := range work {
				p.check(b)
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
			for i, x := range b.exchanges {
				to.checked(x, b.results[i])
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

func (p *pipeline) check(b *batch) {
	defer close(b.done)
	b.results = make([]validator.Result, len(b.exchanges))
	for i, x := range b.exchanges {
		if x.Schema == "" && x.Request == (validator.Request{}) {
			x.Schema = p.schema
		}
		b.results[i] = p.validator.Check(x)
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
	for x, err := range recording.Read(ctx, file.Path, r, p.limits) {
		if ctx.Err() != nil {
			return false
		}
		if err != nil {
			b.err = err
			break
		}
		b.exchanges = append(b.exchanges, x)
		size += len(x.Response.Body.Bytes)
		if len(b.exchanges) == batchExchanges || size >= batchBytes {
			if !flush() {
				return false
			}
		}
	}
	if len(b.exchanges) == 0 && b.err == nil {
		return true
	}
	return flush()
}

func newBatch(file recording.File) *batch {
	return &batch{file: file, done: make(chan struct{})}
}
