package contracttest

import (
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// testLine returns the line of a test from which it was called, directly or
// through other functions: "client_test.go:42". [testing.TB.Helper] would do
// that if all functions in between were helpers, but those of net/http are not.
// testLine returns "" if the call did not come from the goroutine of the test.
func testLine() string {
	const maxDepth = 64 // functions
	callers := make([]uintptr, maxDepth)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.File, "_test.go") {
			return filepath.Base(frame.File) + ":" + strconv.Itoa(frame.Line)
		}
		if !more {
			return ""
		}
	}
}
