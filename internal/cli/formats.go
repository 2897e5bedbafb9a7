package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/recording"
)

// formatsTopic returns the help topic "plumb help formats".
func formatsTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "formats",
		Short: "The formats of recordings that are read",
		Long: `plumb recognises the format of a recording by its content, not by its name.

` + formatsTable() + `
Any of them can be compressed with gzip, zstd or brotli (.gz, .zst, .br), be in
UTF-16, or be read from standard input, named "-". A folder means the recordings in
and below it; in a glob, ** matches any folders.

A bare body is the body of a response about which nothing else is known. Its schema is
found by the constants that the schemas require ("object": "batch"), or named with
--schema.`,
	}
}

// formatsTable returns a table of the formats and of what writes them.
func formatsTable() string {
	width := 0
	for _, f := range recording.Formats() {
		width = max(width, len(f.Name))
	}
	var b strings.Builder
	for _, f := range recording.Formats() {
		fmt.Fprintf(&b, "  %-*s  %s\n", width, f.Name, f.Of)
	}
	return b.String()
}
