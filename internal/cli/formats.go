package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/recording"
)

// formatsTopic is "plumb help formats".
func formatsTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "formats",
		Short: "The formats of recordings that are read",
		Long: `plumb recognises the format of a recording by its content, not by its name.

` + formatsTable() + `
Any of them can be compressed with gzip, zstd or brotli (.gz, .zst, .br), be in
UTF-16, or come on standard input, named "-". A folder stands for the recordings in
and below it; in a glob, ** stands for any folders.

A bare body is a response's body of which nothing else is known. Its schema is
found by the constants that the schemas state (object: batch), or named with
--schema.`,
	}
}

// formatsTable names the formats, and who writes each.
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
