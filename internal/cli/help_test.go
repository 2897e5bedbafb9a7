package cli

import (
	"slices"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
)

// Help calls the value of a flag by what it is, not by its type in Go.
func TestHelpNamesTheValuesOfFlags(t *testing.T) {
	types := []string{"string", "strings", "stringArray", "int", "float", "duration", "file", "value"}
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			name, usage := pflag.UnquoteUsage(f)
			assert.False(t, slices.Contains(types, name), "%s --%s %s", cmd.CommandPath(), f.Name, name)
			assert.NotEmpty(t, usage, "%s --%s", cmd.CommandPath(), f.Name)
		})
		for _, c := range cmd.Commands() {
			visit(c)
		}
	}
	visit((&app{}).root())
}

// Each command that prints findings has the settings of their output, and knows
// every format.
func TestCommandsWithFindingsHaveTheSameSettings(t *testing.T) {
	root := (&app{}).root()
	for _, name := range []string{"check", "drift", "diff", "probe", "proxy"} {
		cmd, _, err := root.Find([]string{name})
		assert.NoError(t, err)
		for _, flag := range []string{"config", "format", "report", "baseline", "fail-on", "strict", "rule", "max-findings", "max-occurrences", "color", "quiet", "verbose", "server", "ref-root", "no-history"} {
			assert.NotNil(t, cmd.Flags().Lookup(flag), "%s --%s", name, flag)
		}
	}
}
