package engine_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// What is in a path under the name of a credential is one.
func TestReveal(t *testing.T) {
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(`openapi: 3.1.0
info: {title: t, version: "1"}
servers: [{url: /v1}]
paths:
  /resets/{token}: {get: {responses: {"200": {description: ok}}}}
  /users/{user}/resets/{resetToken}.{format}: {post: {responses: {"200": {description: ok}}}}
  /tokens/{token_id}: {get: {responses: {"200": {description: ok}}}}
`)}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	for url, want := range map[string][]string{
		"https://api.example/v1/resets/a1b2c3d4":           {"a1b2c3d4"},
		"/resets/a%20b?x=1":                                {"a b"},
		"/resets/%61%2fb":                                  {"a/b"},
		"https://api.example/v1/users/u1/resets/a1b2.json": {"a1b2"},
		"https://api.example/v1/tokens/tok_1":              nil,
		"https://api.example/v1/other/a1b2c3d4":            nil,
		"":                                                 nil,
	} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			x := &plumb.Exchange{Request: plumb.Request{Method: method, URL: url}}
			v.Reveal(x)
			assert.Equal(t, want, x.Secrets, "%s %s", method, url)
		}
	}
}
