package plan

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/schema"
	"github.com/plumbapi/plumb/spec"
)

// A panic that does not say that a plan cannot be compiled is a bug, and is
// passed on.
func TestPanicsArePassedOn(t *testing.T) {
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte("openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\ncomponents: {schemas: {A: {type: object, properties: {a: {type: integer}}}}}\n")}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	source := func() *Source {
		return &Source{
			Shape: schema.New(d).At("A", d.Schemas[0].Place).Shape,
			Places: func(*schema.Shape) ([]Place, func(string) Place) {
				return make([]Place, 1), func(string) Place { return Place{} }
			},
			Lifecycle: func(*schema.Shape) *lifecycle.Lifecycle { return nil },
			Rules:     func(*schema.Shape) []Rule { return nil },
		}
	}
	_, err = Compile(source())
	require.NoError(t, err)

	broken := source()
	broken.Lifecycle = func(*schema.Shape) *lifecycle.Lifecycle { panic("of the caller") }
	assert.PanicsWithValue(t, "of the caller", func() { _, _ = Compile(broken) })

	broken = source()
	broken.Rules = func(*schema.Shape) []Rule { return []Rule{{}} } // without an expression
	assert.Panics(t, func() { _, _ = Compile(broken) })
}
