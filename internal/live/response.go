package live

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/recording"
)

// Read reads the body of a response up to the limit, and puts back what it
// read: whoever reads the body next gets the same bytes and the same error. The
// returned error is the one that ended the body early, if any.
func Read(req *http.Request, resp *http.Response, lim recording.Limits) (*plumb.Exchange, error) {
	x := New(req, resp.StatusCode, resp.Header)
	sent, err := io.ReadAll(io.LimitReader(resp.Body, lim.Body+1))
	rest := io.Reader(resp.Body)
	if err != nil {
		breakOff(x, resp.Uncompressed, err)
		rest = failing{err}
	} else {
		SetBody(x, sent, lim)
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(sent), rest), resp.Body}
	return x, err
}

// failing is a reader that returns an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// Follow calls done once, when the body of a response has been read to its end,
// or closed before that. It does not look at bodies that are streams by their
// media type, nor at those for which there is no room.
func Follow(req *http.Request, resp *http.Response, lim recording.Limits, room *Room, done func(*plumb.Exchange)) {
	x := New(req, resp.StatusCode, resp.Header)
	head := HeadSize(x)
	switch {
	case resp.StatusCode == http.StatusSwitchingProtocols:
		x.Response.Body.Missing = upgraded // the body is an io.Writer, too, and must remain one
	case IsStream(resp.Header), resp.Body == http.NoBody:
		SetBody(x, nil, lim)
	case !room.take(head):
		x.Response.Body.Missing = noRoom
	default:
		resp.Body = &follower{ReadCloser: resp.Body, x: x, lim: lim, room: room, taken: head, uncompressed: resp.Uncompressed, done: done}
		return
	}
	room.end(func() { done(x) })
}

// follower keeps what is read of a body, up to the limit.
type follower struct {
	io.ReadCloser
	x    *plumb.Exchange
	lim  recording.Limits
	room *Room
	done func(*plumb.Exchange)

	uncompressed bool // net/http decompressed the body

	mu    sync.Mutex // a body can be closed while it is read
	sent  []byte
	taken int64 // of the room
	over  bool
}

func (f *follower) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	kept := f.over || f.keep(p[:n])
	switch {
	case !kept:
		f.finish(func() { f.x.Response.Body.Missing = noRoom })
	case err == io.EOF:
		f.finish(func() { SetBody(f.x, f.sent, f.lim) })
	case err != nil:
		f.finish(func() { breakOff(f.x, f.uncompressed, err) })
	case int64(len(f.sent)) > f.lim.Body:
		f.finish(func() { f.x.Response.Body.Missing = tooLarge })
	}
	return n, err
}

// keep appends to what is kept, up to one byte over the limit, and reports
// whether there is room for it. The caller holds f.mu.
func (f *follower) keep(p []byte) bool {
	most := f.lim.Body + 1
	p = p[:min(int64(len(p)), most-int64(len(f.sent)))]
	if need, have := int64(len(f.sent)+len(p)), int64(cap(f.sent)); need > have {
		size := min(max(need, 2*have), most)
		if !f.room.take(size - have) {
			return false
		}
		f.taken += size - have
		f.sent = append(make([]byte, 0, size), f.sent...)
	}
	f.sent = append(f.sent, p...)
	return true
}

func (f *follower) Close() error {
	err := f.ReadCloser.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.finish(func() { f.x.Response.Body.Missing = unread })
	return err
}

// finish sets the body and calls done, once. The caller holds f.mu.
func (f *follower) finish(setBody func()) {
	if f.over {
		return
	}
	f.over = true
	f.room.end(func() {
		setBody()
		f.sent = nil
		f.done(f.x)
	})
	f.room.give(f.taken)
	f.x, f.done = nil, nil // the rest of a long body can take hours
}

// breakOff records why the body of x ended with an error. If net/http
// decompressed the body, the error can be a fault of the data that was sent.
func breakOff(x *plumb.Exchange, uncompressed bool, err error) {
	x.Response.Body.Missing = BrokenOff
	var corrupt flate.CorruptInputError
	if uncompressed && (errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)) {
		recording.SetBadlyCoded(x, err)
	}
}
