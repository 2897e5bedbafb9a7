package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/scale"
	"github.com/plumbapi/plumb/internal/wholefile"
)

// readManifest reads the names of objects, a line for each: its number, a tab, and its
// name; what follows after another tab is passed over.
func readManifest(r io.Reader, shown string) ([]scale.Object, error) {
	var all []scale.Object
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		fields := strings.Split(lines.Text(), "\t")
		number, err := strconv.Atoi(fields[0])
		if err != nil || number < 0 || number > mostObjects || len(fields) < 2 || fields[1] == "" {
			return nil, fmt.Errorf("%s:%d: the line is not a number from 0, a tab and the name of an object; number the sorted names, such as: LC_ALL=C sort | awk '{print NR-1 \"\\t\" $0}'", shown, n)
		}
		if fields[1] == "-" {
			return nil, fmt.Errorf("%s:%d: - is standard input, and not the name of an object; name the file ./-", shown, n)
		}
		if k := len(all) - 1; k >= 0 && (all[k].Number >= number || all[k].Name >= fields[1]) {
			return nil, fmt.Errorf("%s:%d: the object does not come after that of the line before; sort the names byte by byte, as LC_ALL=C sort does, and number them from 0", shown, n)
		}
		all = append(all, scale.Object{Number: number, Name: fields[1]})
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("%s:%d: the line is longer than any name of an object", shown, len(all)+1)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", shown, err)
	}
	return all, nil
}

// mostObjects is the largest number of an object.
const mostObjects = 1<<31 - 1

// manifest reads the manifest with a name; - is standard input.
func (a *app) manifest(ctx context.Context, name string) ([]scale.Object, error) {
	if name == "-" {
		return readManifest(a.interruptible(ctx), "standard input")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: the manifest cannot be read: %w", name, wholefile.Cause(err))
	}
	defer f.Close()
	return readManifest(f, name)
}
