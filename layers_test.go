package plumb_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/plumbapi/plumb"

// design is what docs/design.md says about the packages, by their import paths.
type design struct {
	layers    map[string]int
	doIO      map[string]bool
	importers map[string][]string // by library, the only packages that may import it
}

func readDesign(t *testing.T) design {
	page, err := os.ReadFile("docs/design.md")
	require.NoError(t, err)
	d := design{layers: map[string]int{}, doIO: map[string]bool{}, importers: map[string][]string{}}
	for _, row := range rowsOf(t, string(page), "| package | layer | I/O | contents |") {
		name := importPath(row[0])
		require.NotContains(t, d.layers, name, "a package occurs twice")
		d.layers[name], err = strconv.Atoi(row[1])
		require.NoError(t, err, "the layer of %s", name)
		require.Contains(t, []string{"yes", "-"}, row[2], "I/O of %s", name)
		d.doIO[name] = row[2] == "yes"
	}
	for _, row := range rowsOf(t, string(page), "| library | packages |") {
		library := strings.Trim(row[0], "`")
		for cell := range strings.SplitSeq(row[1], ", ") {
			d.importers[library] = append(d.importers[library], importPath(cell))
		}
	}
	return d
}

// importPath returns the import path of the package whose folder is named in a
// cell of a table.
func importPath(cell string) string { return path.Join(module, strings.Trim(cell, "`")) }

// rowsOf returns the rows of the table of a page that begins with a heading.
func rowsOf(t *testing.T, page, heading string) [][]string {
	_, rest, ok := strings.Cut(page, heading+"\n")
	require.True(t, ok, "docs/design.md has no table %q", heading)
	_, rest, _ = strings.Cut(rest, "\n") // the line below the heading
	var rows [][]string
	for line := range strings.Lines(rest) {
		line, isRow := strings.CutPrefix(strings.TrimSpace(line), "|")
		if !isRow {
			break
		}
		cells := strings.Split(strings.TrimSuffix(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	require.NotEmpty(t, rows, heading)
	return rows
}

// ioPackages are the packages through which a package reads or writes files and
// sockets. net/http is not among them, since others import it for its constants
// and types.
var ioPackages = []string{"os", "os/exec", "os/signal", "io/fs", "io/ioutil", "net", "net/http/httptest", "path/filepath", "syscall", "time/tzdata"}

// TestDesign checks that docs/design.md is true: which packages there are, in
// which direction they import each other, which of them do I/O, and which
// package alone imports a library.
func TestDesign(t *testing.T) {
	d := readDesign(t)
	found := map[string]bool{} // packages, and libraries that are imported
	for _, p := range list(t) {
		if strings.HasPrefix(p.ImportPath, module+"/fixtures/") {
			continue // programs that write fixtures
		}
		found[p.ImportPath] = true
		layer, ok := d.layers[p.ImportPath]
		if !assert.True(t, ok, "docs/design.md has no package %s", p.ImportPath) {
			continue
		}
		doesIO := false
		for _, imported := range p.Imports {
			doesIO = doesIO || slices.Contains(ioPackages, imported) || imported == "net/http" && d.doIO[p.ImportPath]
			if lower, ours := d.layers[imported]; ours {
				assert.Less(t, lower, layer, "%s imports %s", p.ImportPath, imported)
			}
			if library := d.libraryOf(imported); library != "" {
				found[library] = true
				assert.Contains(t, d.importers[library], p.ImportPath, "%s imports %s", p.ImportPath, imported)
			}
		}
		assert.Equal(t, d.doIO[p.ImportPath], doesIO, "I/O of %s", p.ImportPath)
	}
	for path := range d.layers {
		assert.True(t, found[path], "docs/design.md has the package %s, which does not exist", path)
	}
	for library := range d.importers {
		assert.True(t, found[library], "docs/design.md has %s, which no package imports", library)
	}
}

// libraryOf returns the library of the table that a package belongs to, or ""
// if it belongs to none.
func (d design) libraryOf(path string) string {
	for library := range d.importers {
		if within(library)(path) {
			return library
		}
	}
	return ""
}

// What other programs link has only the libraries of a check: none that only
// the other packages need, nor what such a library brings with it.
func TestLibrariesOfOtherPrograms(t *testing.T) {
	unneeded := []string{
		"github.com/oasdiff/oasdiff", "github.com/getkin/kin-openapi", "github.com/spf13/cobra",
	}
	all := linkedBy(t, "./cmd/plumb")
	for _, library := range unneeded {
		require.True(t, slices.ContainsFunc(all, within(library)), "the command does not link %s: is it called so?", library)
	}
	for _, name := range []string{"./contracttest", "./validator"} {
		linked := linkedBy(t, name)
		for _, library := range unneeded {
			assert.False(t, slices.ContainsFunc(linked, within(library)), "%s links %s", name, library)
		}
	}
}

// The linker leaves out the methods that nothing calls, which make up a seventh of the
// command. One function that finds methods by names that it does not know, such as
// the execution of a text/template, is enough to keep them all.
func TestMethodsThatNothingCallsAreNotLinked(t *testing.T) {
	build := exec.Command("go", "build", "-ldflags=-dumpdep", "-o", filepath.Join(t.TempDir(), "plumb"), "./cmd/plumb")
	var edges bytes.Buffer
	build.Stderr = &edges
	require.NoError(t, build.Run())
	require.Contains(t, edges.String(), " -> github.com/plumbapi/plumb/internal/cli.", "what the linker keeps")
	for edge := range strings.Lines(edges.String()) {
		from, to, _ := strings.Cut(edge, " -> ")
		if strings.Contains(to, "<ReflectMethod>") {
			t.Fatalf("%s finds methods by name, and %s calls it", strings.TrimSpace(to), from)
		}
	}
}

// within returns whether a package is one of a library.
func within(library string) func(string) bool {
	return func(path string) bool { return path == library || strings.HasPrefix(path, library+"/") }
}

// linkedBy returns the packages that a package is linked with.
func linkedBy(t *testing.T, name string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", name).Output()
	require.NoError(t, err)
	return strings.Fields(string(out))
}

type listed struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	require.NoError(t, err)
	var all []listed
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
