package recording

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"sync"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Block is some entries of a recording that follow each other, most often not
// parsed yet.
type Block struct {
	pool    *Pool
	reader  *reader
	size    int    // bytes that the exchanges take, about
	text    []byte // that entries are parts of
	slots   []*slot
	used    int // of the slots
	results []*plumb.Exchange
	memory  jsonvalue.Parser // no exchange keeps anything of a tree but strings
}

// slot is an entry, and room for its exchange.
type slot struct {
	entry
	number int // of the entry in its recording

	// One of these makes the exchange.
	given *plumb.Exchange // made already
	parse func(*reader, *entry) *plumb.Exchange
	line  lineKind

	exchange plumb.Exchange
	locate   func(int) (int, int) // of a body that is the entry
}

const (
	blockEntries = 512       // so that handing over costs little
	blockBytes   = 128 << 10 // of entries: large ones go alone
)

// Exchanges returns the exchanges of the block. Blocks of one recording can be
// parsed on several goroutines at once.
func (b *Block) Exchanges() []*plumb.Exchange {
	b.results = b.results[:0]
	for _, s := range b.slots[:b.used] {
		s.memory = &b.memory
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

// Size is how many bytes the exchanges take, about.
func (b *Block) Size() int { return b.size }

// Release gives the block back, to be used for a later one. Its exchanges and
// their bodies must not be used any more.
func (b *Block) Release() {
	if b.pool == nil || cap(b.text) > 2*blockBytes {
		return
	}
	for _, s := range b.slots[:b.used] {
		*s = slot{locate: s.locate}
	}
	clear(b.results)
	b.reader, b.used, b.size, b.text = nil, 0, 0, b.text[:0]
	b.pool.mu.Lock()
	b.pool.free = append(b.pool.free, b)
	b.pool.mu.Unlock()
}

// Pool holds blocks that were released.
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

// Blocks does what [Read] does, and leaves the parsing to the caller. Blocks
// are taken from the pool as long as it has any.
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

// flush gives the block to the caller, if there is anything in it.
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

// flushFull gives the block to the caller if no more is to go into it.
func (r *reader) flushFull() error {
	if b := r.block; b.used < blockEntries && b.size < blockBytes {
		return r.ctx.Err()
	}
	return r.flush()
}

// give hands over an exchange. The place needs line and column only.
func (r *reader) give(x *plumb.Exchange) error {
	r.add(entry{}, len(x.Response.Body.Bytes)).given = x
	return r.flushFull()
}

// parseLater hands over an entry whose exchange is made later.
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

// canExpand reports whether the body of an entry can be compressed or in a file
// of its own, so that its size is known only after it was parsed.
func canExpand(text []byte) bool {
	for _, sign := range []string{`"_file"`, "raw_gzip", `\u00`} { // with the last any name can be written
		if bytes.Contains(text, []byte(sign)) {
			return true
		}
	}
	const before, after = "content", "-encoding"
	for rest := text; ; {
		i := bytes.IndexByte(rest, after[0])
		if i < 0 || i+len(after) > len(rest) {
			return false
		}
		if rest[i+1]|0x20 == after[1] && i >= len(before) && bytes.EqualFold(rest[i-len(before):i+len(after)], []byte(before+after)) {
			return true
		}
		rest = rest[i+1:]
	}
}

// locate says of an exchange which entry of the recording it is.
func (r *reader) locate(x *plumb.Exchange, number int) {
	x.Place.File, x.Place.Entry = r.name, number
	for i := range x.Defects {
		x.Defects[i].Place.File, x.Defects[i].Place.Entry = r.name, number
	}
}
