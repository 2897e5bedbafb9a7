package contracttest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// testLine returns the line of a test from which it was called, directly or
// through other functions: "client_test.go:42". [testing.TB.Helper] would do
// that if all functions in between were helpers, but those of net/http are not.
// As for [testing.TB.Errorf], the line is not in a helper. testLine returns "" if
// the call did not come from the goroutine of the test.
func testLine() string {
	const maxDepth = 64 // functions
	callers := make([]uintptr, maxDepth)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	line := ""
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.File, "_test.go") {
			line = filepath.Base(frame.File) + ":" + strconv.Itoa(frame.Line)
			if !isHelper(frame) {
				return line
			}
		}
		if !more {
			return line
		}
	}
}

// knownHelpers has what isHelper found, by the names of functions: it is asked for each
// request.
var knownHelpers sync.Map

// isHelper reports whether a function of a test calls Helper itself. A test does not
// tell which functions did, so their source does. Where there is no source, no
// function is a helper.
func isHelper(frame runtime.Frame) bool {
	known, ok := knownHelpers.Load(frame.Function)
	if !ok {
		known, _ = knownHelpers.LoadOrStore(frame.Function, hasHelperCall(frame.File, frame.Line))
	}
	return known.(bool)
}

// hasHelperCall reports whether the function that a line is in calls Helper.
func hasHelperCall(file string, line int) bool {
	files := token.NewFileSet()
	source, err := parser.ParseFile(files, file, nil, parser.SkipObjectResolution)
	if err != nil {
		return false
	}
	var body *ast.BlockStmt // of the innermost function
	ast.Inspect(source, func(n ast.Node) bool {
		var of *ast.BlockStmt
		switch n := n.(type) {
		case *ast.FuncDecl:
			of = n.Body
		case *ast.FuncLit:
			of = n.Body
		}
		if of != nil && files.Position(of.Pos()).Line <= line && line <= files.Position(of.End()).Line {
			body = of
		}
		return true
	})
	return body != nil && callsHelper(body)
}

// callsHelper reports whether a function calls Helper, and not only one within it.
func callsHelper(body *ast.BlockStmt) (calls bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Helper" && len(n.Args) == 0 {
				calls = true
			}
		}
		return true
	})
	return calls
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
