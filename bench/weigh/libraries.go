package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// module is the path of the module whose command is weighed.
const module = "github.com/plumbapi/plumb"

// design has the table of the large libraries, and of the packages that may
// import them.
const design = "../docs/design.md"

// printLibraries prints what the large libraries cost: the packages that nothing
// else needs.
func printLibraries(b *build) error {
	libraries, err := librariesOf(design)
	if err != nil {
		return err
	}
	imports, err := b.imports()
	if err != nil {
		return err
	}
	sizes, err := b.sizes()
	if err != nil {
		return err
	}
	all := 0
	for _, size := range sizes {
		all += size
	}
	fmt.Println("\nWhat is compiled only for large libraries; megabytes are estimated from symbols.")
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "seconds\tMB\tpackages\t\n")
	for _, importers := range slices.Sorted(maps.Keys(libraries)) {
		var took time.Duration
		size, only := 0, needed(imports, strings.Split(importers, ", "), libraries[importers])
		for _, p := range only {
			took += b.compiled[p]
			size += sizes[p]
		}
		fmt.Fprintf(w, "%.1f\t%.1f\t%d\t %s: %s\n", took.Seconds(), b.mb()*float64(size)/float64(max(all, 1)), len(only),
			importers, strings.Join(libraries[importers], ", "))
	}
	return w.Flush()
}

var libraryRow = regexp.MustCompile("^\\| `([^`]+/[^`]+)` \\| (`[^`]+`(, `[^`]+`)*) \\|$")

// librariesOf returns the libraries of the table in a file, by the packages that
// import them.
func librariesOf(file string) (map[string][]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	libraries := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if row := libraryRow.FindStringSubmatch(strings.TrimSpace(line)); row != nil {
			importers := strings.ReplaceAll(row[2], "`", "")
			libraries[importers] = append(libraries[importers], row[1])
		}
	}
	if len(libraries) == 0 {
		return nil, fmt.Errorf("%s has no table of libraries", file)
	}
	return libraries, nil
}

// imports returns what each package of the command imports.
func (b *build) imports() (map[string][]string, error) {
	list := b.goCommand("list", "-deps", "-json=ImportPath,Imports,ImportMap", command)
	text, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	imports := map[string][]string{}
	for decode := json.NewDecoder(bytes.NewReader(text)); ; {
		var p struct {
			ImportPath string
			Imports    []string
			ImportMap  map[string]string // of vendored packages
		}
		err := decode.Decode(&p)
		if errors.Is(err, io.EOF) {
			return imports, nil
		}
		if err != nil {
			return nil, err
		}
		imports[p.ImportPath] = nil // also of a package that imports none
		for _, path := range p.Imports {
			if actual := p.ImportMap[path]; actual != "" {
				path = actual
			}
			imports[p.ImportPath] = append(imports[p.ImportPath], path)
		}
	}
}

// needed returns the packages that the command would not have if the importers
// did not import the libraries.
func needed(imports map[string][]string, importers, libraries []string) []string {
	of := func(path string) bool {
		return slices.ContainsFunc(libraries, func(l string) bool { return path == l || strings.HasPrefix(path, l+"/") })
	}
	rest := map[string]bool{}
	var visit func(path string)
	visit = func(path string) {
		if rest[path] {
			return
		}
		rest[path] = true
		for _, next := range imports[path] {
			if !slices.Contains(importers, strings.TrimPrefix(path, module+"/")) || !of(next) {
				visit(next)
			}
		}
	}
	visit(module + strings.TrimPrefix(command, "."))
	var only []string
	for path := range imports {
		if !rest[path] {
			only = append(only, path)
		}
	}
	return only
}

// sizes returns how many bytes of the binary are symbols of each package. They
// are read from a binary that was not stripped.
func (b *build) sizes() (map[string]int, error) {
	program := filepath.Join(filepath.Dir(b.cache), "unstripped")
	for _, args := range [][]string{{"build", "-trimpath", "-o", program, command}, {"tool", "nm", "-size", program}} {
		cmd := b.goCommand(args...)
		text, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", cmd, err)
		}
		if args[0] == "tool" {
			return symbolSizes(bytes.NewReader(text))
		}
	}
	return nil, nil
}

// symbolSizes sums up the sizes of code and constants that go tool nm prints: on
// each line the address, the size, a letter and the name. Variables are left out,
// since many have no room in the file.
func symbolSizes(r io.Reader) (map[string]int, error) {
	sizes := map[string]int{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.Contains("tTrR", fields[2]) {
			continue
		}
		size, err := strconv.Atoi(fields[1])
		if err != nil {
			return nil, fmt.Errorf("go tool nm: %q: %w", lines.Text(), err)
		}
		sizes[packageOf(fields[3])] += size
	}
	return sizes, lines.Err()
}

// packageOf returns the path of the package of a symbol, such as
// example.com/a/b.(*T).Method; in paths, dots of the last element are escaped.
func packageOf(symbol string) string {
	end := len(symbol)
	if i := strings.IndexAny(symbol, "[("); i >= 0 {
		end = i
	}
	slash := strings.LastIndexByte(symbol[:end], '/') + 1
	dot := strings.IndexByte(symbol[slash:], '.')
	if dot < 0 {
		return ""
	}
	return strings.ReplaceAll(symbol[:slash+dot], "%2e", ".")
}
