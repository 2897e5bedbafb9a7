// Package setuptest is for tests that need a program which make test installs.
package setuptest

import (
	"fmt"
	"os"
	"testing"
)

// Skip skips the test for lack of a program. It adds the name of the test to the
// file that PLUMB_SKIPPED names, which make test prints: of a test that was
// skipped, go test says nothing unless it is asked to.
func Skip(t testing.TB, why any) {
	t.Helper()
	if name := os.Getenv("PLUMB_SKIPPED"); name != "" {
		f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
		if err == nil {
			_, err = fmt.Fprintf(f, "  %s: %v\n", t.Name(), why)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Skip(why)
}
