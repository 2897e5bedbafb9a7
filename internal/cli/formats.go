package cli

import "github.com/spf13/cobra"

// formatsTopic is "plumb help formats".
func formatsTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "formats",
		Short: "The formats of recordings that are read",
		Long: `plumb tells the format of a recording by its content, not by its name.

  HAR 1.2            of browsers and proxies
  cassettes          of VCR (Ruby), vcrpy (Python) and go-vcr (v2 to v4)
  session records    of the Azure SDK test proxy
  NDJSON             one exchange or one bare body on each line
  JSON               one bare body, or an array of them
  curl -i            its output: status line, headers, body

Any of them can be compressed with gzip, zstd or brotli (.gz, .zst, .br), or come
on standard input, named "-". A folder stands for the recordings in and below it;
in a glob, ** stands for any folders.

A bare body is a response's body of which nothing else is known. Its schema is
found by the constants that the schemas state (object: batch), or named with
--schema.`,
	}
}
