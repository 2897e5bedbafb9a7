package recording

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"

	"github.com/plumbapi/plumb"
)

// Block is a run of consecutive entries of a recording, usually not parsed yet.
type Block struct {
	pool    *Pool
	reader  *reader
	size    int    // approximate size of the exchanges in bytes
	text    []byte // text that the entries are slices of
	slots   []*slot
	used    int // how many slots are in use
	results []*plumb.Exchange
	memory  memory
}

// slot is an entry, with room for its exchange.
type slot struct {
	entry
	number int // number of the entry in its recording

	// One of these makes the exchange.
	given *plumb.Exchange // made already
	parse func(*reader, *entry) *plumb.Exchange
	line  lineKind

	exchange plumb.Exchange
	locate   func(int) (int, int) // Locate of a body that is the entry itself
}

const (
	blockEntries = 512       // enough for the cost of handing over a block not to matter
	blockBytes   = 128 << 10 // of entries; a larger entry has a block of its own
)

// Exchanges returns the exchanges of the block. Blocks of one recording can be
// parsed on several goroutines at once.
func (b *Block) Exchanges() []*plumb.Exchange {
	b.results = b.results[:0]
	for _, s := range b.slots[:b.used] {
		s.memory, s.room = &b.memory, &s.exchange
		x := s.read(b.reader)
		b.reader.locate(x, s.number)
		b.results = append(b.results, x)
	}
	return b.results
}

func (s *slot) read(r *reader) *plumb.Exchange {
	switch {
	case s.given != nil:
		return s.given
	case s.parse != nil:
		return s.parse(r, &s.entry)
	}
	return s.readLine(r)
}

// Size returns the approximate size of the exchanges in bytes.
func (b *Block) Size() int { return b.size }

// Release returns the block to its pool, to be reused. Its exchanges and their
// bodies must not be used any more.
func (b *Block) Release() {
	if b.pool == nil || cap(b.text) > 2*blockBytes {
		return
	}
	for _, s := range b.slots[:b.used] {
		*s = slot{locate: s.locate}
	}
	clear(b.results)
	b.memory.release()
	b.reader, b.used, b.size, b.text = nil, 0, 0, b.text[:0]
	b.pool.mu.Lock()
	b.pool.free = append(b.pool.free, b)
	b.pool.mu.Unlock()
}

// Pool keeps released blocks, to be reused.
type Pool struct {
	mu   sync.Mutex
	free []*Block
}

func (p *Pool) block() *Block {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last := len(p.free) - 1; last >= 0 {
		b := p.free[last]
		p.free = p.free[:last]
		return b
	}
	return &Block{pool: p}
}

// Blocks reads as [Read] does, but leaves the parsing to the caller. It takes
// blocks from the pool as long as there are any.
func Blocks(ctx context.Context, name string, r io.Reader, lim Limits, pool *Pool) iter.Seq2[*Block, error] {
	return func(yield func(*Block, error) bool) {
		rd := &reader{ctx: ctx, name: name, lim: lim, pool: pool, yield: yield}
		err := rd.read(r)
		if !errors.Is(err, errStopped) {
			if flushed := rd.flush(); flushed != nil {
				err = flushed
			}
		}
		if ctx.Err() != nil && !errors.Is(err, errStopped) {
			err = ctx.Err()
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

// add puts an entry into the block. Once the block is full, it is given to the
// caller of Blocks.
func (r *reader) add(e entry, size int) *slot {
	b := r.open()
	if b.used == len(b.slots) {
		s := &slot{}
		s.locate = func(offset int) (int, int) {
			p := s.place(offset)
			return p.Line, p.Column
		}
		b.slots = append(b.slots, s)
	}
	s := b.slots[b.used]
	b.used++
	b.size += size
	r.entries++
	s.entry, s.number = e, r.entries
	s.indexed()
	return s
}

// open returns the block that entries are put into.
func (r *reader) open() *Block {
	if r.block == nil {
		r.block = &Block{}
		if r.pool != nil {
			r.block = r.pool.block()
		}
		r.block.reader = r
	}
	return r.block
}

// makeRoom makes room for the text of entries.
func (b *Block) makeRoom() {
	if cap(b.text) < blockBytes {
		b.text = make([]byte, 0, blockBytes)
	}
}

// flush gives the block to the caller, unless it is empty.
func (r *reader) flush() error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	b := r.block
	if b == nil || b.used == 0 {
		return nil
	}
	r.block = nil
	if !r.yield(b, nil) {
		return errStopped
	}
	return nil
}

// flushFull gives the block to the caller if it is full.
func (r *reader) flushFull() error {
	if b := r.block; b.used < blockEntries && b.size < blockBytes {
		return r.ctx.Err()
	}
	return r.flush()
}

// give adds an exchange that is made already. Its place needs only a line and a
// column.
func (r *reader) give(x *plumb.Exchange) error {
	r.add(entry{}, len(x.Response.Body.Bytes)).given = x
	return r.flushFull()
}

// parseLater adds an entry that is parsed later, by [Block.Exchanges].
func (r *reader) parseLater(e *entry, parse func(*reader, *entry) *plumb.Exchange) error {
	if r.isBrokenOff(e) {
		return nil
	}
	if canExpand(e.data) {
		return r.give(parse(r, e))
	}
	r.add(*e, len(e.data)).parse = parse
	return r.flushFull()
}

// locate records which entry of the recording an exchange is.
func (r *reader) locate(x *plumb.Exchange, number int) {
	x.Place.File, x.Place.Entry = r.name, number
	for i := range x.Defects {
		x.Defects[i].Place.File, x.Defects[i].Place.Entry = r.name, number
	}
}
