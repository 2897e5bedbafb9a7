package live

import (
	"context"
	"net/http"
	"runtime"

	"golang.org/x/sync/semaphore"

	"github.com/plumbapi/plumb"
)

// Room bounds the memory that all exchanges which are followed at the same time
// take together. It is safe for concurrent use. A nil Room bounds nothing.
type Room struct {
	free *semaphore.Weighted // bytes
	ends *semaphore.Weighted // how many exchanges can end at the same time
}

// NewRoom returns room for so many bytes of heads and of bodies as sent. As many
// exchanges as there are processors can end at the same time: meanwhile, the
// decoded body of each may take as much as the limits allow.
func NewRoom(bytes int64) *Room {
	return &Room{semaphore.NewWeighted(bytes), semaphore.NewWeighted(int64(runtime.GOMAXPROCS(0)))}
}

// take takes room, and reports whether there was any.
func (r *Room) take(bytes int64) bool { return r == nil || r.free.TryAcquire(bytes) }

func (r *Room) give(bytes int64) {
	if r != nil {
		r.free.Release(bytes)
	}
}

// end calls a function that ends an exchange when fewer others end.
func (r *Room) end(f func()) {
	if r != nil {
		_ = r.ends.Acquire(context.Background(), 1) // fails only if its context is done
		defer r.ends.Release(1)
	}
	f()
}

// HeadSize returns approximately how much memory an exchange takes without its
// body.
func HeadSize(x *plumb.Exchange) int64 {
	return int64(len(x.Request.URL)) + HeaderSize(x.Request.Header) + HeaderSize(x.Response.Header)
}

// HeaderSize returns approximately how much memory a header takes.
func HeaderSize(h http.Header) int64 {
	size := 0
	for name, values := range h {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	return int64(size)
}
