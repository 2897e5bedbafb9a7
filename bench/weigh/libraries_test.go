package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestNeeded(t *testing.T) {
	imports := map[string][]string{
		module + "/cmd/plumb": {module + "/a", module + "/b"},
		module + "/a":         {"example.com/large/x", "shared", "fmt"},
		module + "/b":         {"shared"},
		"example.com/large/x": {"example.com/large/y", "fmt"},
		"example.com/large/y": {"small", "shared"},
		"small":               nil, "shared": nil, "fmt": nil,
	}
	got := needed(imports, []string{"c", "a"}, []string{"example.com/large"})
	slices.Sort(got)
	if want := []string{"example.com/large/x", "example.com/large/y", "small"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSymbolSizes(t *testing.T) {
	got, err := symbolSizes(strings.NewReader(`  401000        10 T example.com/a/b.(*T).Method
  401010         5 T example.com/a/b.F[go.shape.int]
  401020         7 R gopkg.in/yaml%2ev3.table
  401030      9999 B example.com/a/b.buffer
  401038      9999 D example.com/a/b.scratch
  401040         3 T main.main
               0 U external
  401050         2 R type:.eq.x
`))
	want := map[string]int{"example.com/a/b": 15, "gopkg.in/yaml.v3": 7, "main": 3, "type:": 2}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestLibrariesOf(t *testing.T) {
	libraries, err := librariesOf("../" + design)
	if err != nil || !slices.Contains(libraries["internal/expression"], "cel.dev/cel-go") {
		t.Errorf("got %v, %v", libraries, err)
	}
}
