package contracttest

import (
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// testLine returns the line of a test that called, over any number of functions:
// "client_test.go:42". It is what [testing.TB.Helper] gives where all functions
// between are helpers, which those of net/http are not. It is empty where the
// test called on another goroutine.
func testLine() string {
	const deepest = 64 // functions
	callers := make([]uintptr, deepest)
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
