// Package schemas holds the JSON Schemas of the Batch API.
package schemas

import "embed"

// Files holds the schemas, under their names.
//
//go:embed *.json
var Files embed.FS
