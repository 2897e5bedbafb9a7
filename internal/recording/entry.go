package recording

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"

	"github.com/plumbapi/plumb/validator"
)

// Entry is one exchange of a recording, most often not parsed yet.
type Entry struct {
	Size int // bytes that the exchange takes, about

	exchange *validator.Exchange
	read     func() *validator.Exchange
}

// Exchange returns the exchange. Entries of one recording can be parsed on
// several goroutines at once.
func (e *Entry) Exchange() *validator.Exchange {
	if e.exchange == nil {
		e.exchange, e.read = e.read(), nil
	}
	return e.exchange
}

// Entries does what [Read] does, and leaves the parsing to the caller.
func Entries(ctx context.Context, name string, r io.Reader, lim Limits) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		rd := &reader{ctx: ctx, name: name, lim: lim, yield: yield}
		err := rd.read(r)
		if ctx.Err() != nil && !errors.Is(err, errStopped) {
			err = ctx.Err()
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(Entry{}, err)
		}
	}
}

// parseLater hands over an entry that the caller is to parse.
func (r *reader) parseLater(e *entry, parse func(*reader, *entry) *validator.Exchange) error {
	if canExpand(e.data) {
		return r.give(parse(r, e))
	}
	r.entries++
	number := r.entries
	return r.hand(Entry{Size: len(e.data), read: func() *validator.Exchange {
		x := parse(r, e)
		r.locate(x, number)
		return x
	}})
}

// canExpand tells whether the body in an entry can be compressed, so that its
// size is known only after it was parsed.
func canExpand(text []byte) bool {
	if bytes.Contains(text, []byte(`\u00`)) {
		return true // the name of the header can be written so
	}
	const before, after = "content", "-encoding"
	for rest := text; ; {
		i := bytes.IndexByte(rest, after[0])
		if i < 0 {
			return false
		}
		if i >= len(before) && i+len(after) <= len(rest) && bytes.EqualFold(rest[i-len(before):i+len(after)], []byte(before+after)) {
			return true
		}
		rest = rest[i+1:]
	}
}

// locate says of an exchange which entry of the recording it is.
func (r *reader) locate(x *validator.Exchange, number int) {
	x.Place.File, x.Place.Entry = r.name, number
	for i := range x.Defects {
		x.Defects[i].Place.File, x.Defects[i].Place.Entry = r.name, number
	}
}

// hand hands an entry to the caller.
func (r *reader) hand(e Entry) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if !r.yield(e, nil) {
		return errStopped
	}
	return nil
}
