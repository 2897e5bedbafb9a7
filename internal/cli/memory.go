package cli

import (
	"runtime/debug"
	"sync"

	"github.com/plumbapi/plumb/internal/startup"
)

// garbage bounds the memory that a run uses besides its history. By default the
// collector lets garbage grow in proportion to all memory in use; but a history
// causes no garbage, however large it is, and decoding a large body causes less
// garbage than the body's own memory would allow.
type garbage struct {
	off bool // the user has configured the collector

	mu      sync.Mutex
	history int // its size in bytes, when the collector was last adjusted
	body    int // size of the largest body so far, likewise
}

const (
	stepOfMemory = 2 << 20 // the growth in bytes after which the collector is adjusted
	usualHeap    = 12 << 20
	takenApart   = 24 // roughly the memory of a decoded body, as a multiple of its size
)

// follow adjusts the collector to the size of the history.
func (g *garbage) follow(history int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if history >= g.history+stepOfMemory {
		g.history = history
		g.tell()
	}
}

// take adjusts the collector to a body of that size being decoded.
func (g *garbage) take(body int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if body >= g.body+stepOfMemory/takenApart {
		g.body = body
		g.tell()
	}
}

// tell allows as much garbage as is usual, or an eighth of the memory of the
// largest decoded body.
func (g *garbage) tell() {
	if g.off {
		return
	}
	apart := takenApart * g.body
	debug.SetGCPercent(min(startup.UsualPercent, 100*max(usualHeap, apart/8)/(usualHeap+g.history+apart)))
}
