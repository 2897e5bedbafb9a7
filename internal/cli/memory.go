package cli

import (
	"runtime/debug"
	"sync"
)

// garbage bounds the memory that a run takes beside its history. The collector
// lets garbage grow in proportion to all that is in use; but a history makes
// none, however large it is, and a large body that is taken apart makes less than
// it takes.
type garbage struct {
	off bool // the user has said what the collector is to do

	mu      sync.Mutex
	history int // bytes when the collector was told last
	body    int // bytes of the largest so far, likewise
}

const (
	stepOfMemory = 2 << 20 // bytes after which the collector is told
	usualHeap    = 12 << 20
	takenApart   = 24 // how many times its size a body takes then, about
)

// follow tells the collector how large the history is.
func (g *garbage) follow(history int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if history >= g.history+stepOfMemory {
		g.history = history
		g.tell()
	}
}

// take tells the collector that a body of that size is taken apart.
func (g *garbage) take(body int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if body >= g.body+stepOfMemory/takenApart {
		g.body = body
		g.tell()
	}
}

// tell allows for garbage as much as is usual, or an eighth of what a body takes
// that is taken apart.
func (g *garbage) tell() {
	if g.off {
		return
	}
	apart := takenApart * g.body
	debug.SetGCPercent(100 * max(usualHeap, apart/8) / (usualHeap + g.history + apart))
}
