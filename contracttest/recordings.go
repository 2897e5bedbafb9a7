package contracttest

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/redact"
)

// Recordings checks the recordings that a pattern names: a file, a folder, or a
// glob with ** for any folders, relative to the folder of the test. It runs a
// subtest for each exchange, named after the file and the number of the
// exchange in it: TestX/testdata/batches.har/3. The subtest of an exchange that
// was not checked is skipped, and says why. All formats of "plumb help formats"
// are read.
func Recordings(t *testing.T, pattern string, opts ...Option) {
	t.Helper()
	c := start(t, opts)
	files, err := recording.Files([]string{pattern})
	if err != nil {
		t.Fatalf("plumb: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.ToSlash(file.Path), func(t *testing.T) { c.recording(t, file) })
	}
}

// recording checks one file. It also checks the exchanges that -run excludes,
// since those after them are compared with them.
func (c *checker) recording(t *testing.T, file recording.File) {
	t.Helper()
	r, err := os.Open(file.Path)
	if err != nil {
		t.Fatalf("plumb: %v", err)
	}
	defer r.Close()
	for x, err := range recording.Read(context.Background(), file.Path, r, c.limits) {
		if err != nil {
			t.Fatalf("plumb: %v", err)
		}
		c.validator.Reveal(x)
		result := c.validator.Check(x)
		findings := c.add(x, &result)
		t.Run(strconv.Itoa(x.Place.Entry), func(t *testing.T) {
			t.Helper()
			for _, f := range findings {
				if fault := c.fault(x, &f); fault != "" {
					fail(t, c.made, fault)
				}
			}
			if result.Skipped != "" && !t.Failed() {
				t.Skipf("plumb: not checked: %s", redact.ForExchange(x).Text(result.Skipped))
			}
		})
	}
}
