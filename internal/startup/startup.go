// Package startup puts off the first garbage collection, which a run over a
// few recordings then ends without.
//
// Imports of a program are initialized in the order of their paths, as far as
// their own imports allow. This package imports so little that it comes before
// the libraries that compile their schemas when they are initialized.
package startup

import (
	"os"
	"runtime"
	"runtime/debug"
)

// first is how large the heap grows before the first collection, in percent of
// the 4 MB that is usual.
const first = 500

func init() {
	if os.Getenv("GOGC") != "" {
		return
	}
	usual := debug.SetGCPercent(first)
	// The first collection finds that nothing needs the pointer, and puts the
	// percentage back, unless somebody else has set it: long runs take no more
	// memory.
	runtime.AddCleanup(new(*int), func(percent int) {
		if set := debug.SetGCPercent(percent); set != first {
			debug.SetGCPercent(set)
		}
	}, usual)
}
