// Package plumb holds the built-in description of the Batch API, so that the
// program needs no file beside it.
package plumb

import "embed"

// Files holds spec/openapi.yaml, the JSON Schemas it refers to, its overlays and
// its scenarios, under the paths that they have in the repository.
//
//go:embed spec/openapi.yaml spec/overlays/*.yaml spec/scenarios/*.yaml schemas/*.json
var Files embed.FS
