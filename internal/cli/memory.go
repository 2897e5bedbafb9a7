package cli

import "runtime/debug"

// garbage bounds the memory that a run takes beside its history. The collector
// lets garbage grow in proportion to all that is in use; but a history makes
// none, however large it is.
type garbage struct {
	off     bool // the user has said what the collector is to do
	history int  // bytes when the collector was told last
}

const (
	stepOfHistory = 2 << 20 // bytes after which the collector is told
	usualHeap     = 12 << 20
)

// follow tells the collector how large the history is.
func (g *garbage) follow(history int) {
	if g.off || history < g.history+stepOfHistory {
		return
	}
	g.history = history
	debug.SetGCPercent(100 * usualHeap / (usualHeap + history))
}
