package scale

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/lanrat/extsort"
)

// linesInMemory is how many lines are sorted at once. About four times as many are in
// memory, and all others in a temporary file.
const linesInMemory = 1 << 14

// sorted gives lines in the order of their keys.
type sorted struct {
	lines  <-chan string
	failed <-chan error
	key    string // of the last line
}

// sortLines calls add, which gives it lines, and then read with these in their order.
func sortLines(add func(line func(key string, record []byte) error) error, read func(Source) error) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	lines := make(chan string, 1024)
	settings := &extsort.Config{ChunkSize: linesInMemory, NumWorkers: 1, SortedChanBuffSize: 1024, TempFilesDir: os.TempDir()}
	sorter, out, failed := extsort.Strings(lines, settings)
	go sorter.Sort(ctx)
	err := add(func(key string, record []byte) error {
		select {
		case lines <- key + "\t" + string(record):
			return nil
		case err := <-failed:
			return unsorted(err)
		}
	})
	close(lines)
	if err != nil {
		return err
	}
	return read(&sorted{lines: out, failed: failed})
}

func unsorted(err error) error {
	return fmt.Errorf("the temporary file in which lines are sorted: %w; set TMPDIR to a folder with more room", err)
}

// Next returns the next line.
func (s *sorted) Next() (key string, record []byte, err error) {
	line, ok := <-s.lines
	if !ok {
		if err := <-s.failed; err != nil {
			return "", nil, unsorted(err)
		}
		return "", nil, io.EOF
	}
	// A tab comes before all that a key can have: lines with one key are together.
	key, after, _ := strings.Cut(line, "\t")
	s.key = key
	return key, []byte(after), nil
}

// At says which line an error is about.
func (s *sorted) At(err error) error {
	return fmt.Errorf("the observation with the key %s: %w", s.key, err)
}
