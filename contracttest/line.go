package contracttest

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
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

// fail fails a test with a text, and names a line of the test as the place of the
// failure. [testing.T.Errorf] would name the line in net/http from which this
// package is called.
func fail(t testing.TB, line, text string) {
	t.Helper()
	switch t.(type) {
	case *testing.T, *testing.B, *testing.F:
		if line != "" {
			// In one piece, since tests write at the same time; indented as Errorf does.
			fmt.Fprintf(t.Output(), "%s: plumb: %s\n", line, strings.ReplaceAll(text, "\n", "\n    "))
			t.Fail()
			return
		}
	}
	t.Errorf("plumb: %s", text+shownLine("test", line))
}
