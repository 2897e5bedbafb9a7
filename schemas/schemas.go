// Package schemas embeds the JSON Schemas of the Batch API.
package schemas

import "embed"

// Files holds the schemas, each under its file name.
//
//go:embed *.json
var Files embed.FS
