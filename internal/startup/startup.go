// Package startup delays the first garbage collection, so that a run over a few
// recordings ends before it.
//
// The packages of a program are initialized in the order of their import paths,
// as far as their own imports allow. This package imports so little that it is
// initialized before the libraries that compile schemas in their
// initialization.
package startup

import (
	"os"
	"runtime"
	"runtime/debug"
)

// firstPercent is how much the heap grows before the first collection, in
// percent of the initial 4 MB.
const firstPercent = 500

// UsualPercent is how much the heap grows between later collections. Explaining
// findings makes much garbage, in little time.
const UsualPercent = 50

func init() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(firstPercent)
	// The first collection finds that the pointer is not used, and sets the
	// usual percentage, unless it was changed in the meantime: so long runs do not
	// take more memory.
	runtime.AddCleanup(new(*int), func(percent int) {
		if set := debug.SetGCPercent(percent); set != firstPercent {
			debug.SetGCPercent(set)
		}
	}, UsualPercent)
}
