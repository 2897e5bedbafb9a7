package schema

import (
	"io"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/spec"
)

// A panic in a function of ours that the compiler calls is not taken for a
// fault of the description.
func TestPanicsOfOursArePassedOn(t *testing.T) {
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte("openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\ncomponents: {schemas: {A: {type: object}}}\n")}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	s := New(d)
	s.compiler.LoadURL = func(string) (io.ReadCloser, error) { panic("of ours") }
	assert.PanicsWithValue(t, "of ours", func() { s.At("A", d.Schemas[0].Place) })
}
