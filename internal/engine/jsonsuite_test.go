package engine_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
)

// JSONTestSuite through the whole check: a body that is not JSON is reported
// with its line and column, and one that is JSON is read.
func TestJSONTestSuite(t *testing.T) {
	files, err := filepath.Glob("../../../shared/data/json-test-suite/test_parsing/*.json")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("the JSONTestSuite is not there")
	}
	v := builtin(t)
	for _, file := range files {
		name := filepath.Base(file)
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		refused := false
		x := &plumb.Exchange{Response: plumb.Response{Body: plumb.Body{Bytes: text, Locate: func(offset int) (int, int) {
			before := text[:offset]
			return 1 + bytes.Count(before, []byte("\n")), offset - bytes.LastIndexByte(before, '\n')
		}}}}
		for _, f := range v.Check(x).Findings {
			if strings.HasPrefix(f.Rule, "json-") && f.Rule != "json-duplicate-key" || f.Rule == "capture-limit" {
				refused = true
				assert.Positive(t, f.Line, name)
				assert.Positive(t, f.Column, name)
			}
		}
		switch name[0] {
		case 'y':
			assert.False(t, refused, name)
		case 'n':
			assert.True(t, refused, name)
		}
	}
}
