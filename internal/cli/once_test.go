package cli

import (
	"bytes"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
)

// Every flag of every command that takes one value says so when it is given
// twice; those that take a list do not.
func TestFlagsAreGivenOnce(t *testing.T) {
	lists := map[string]bool{}
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			value := map[string]string{"bool": "true", "duration": "1s"}[f.Value.Type()]
			if value == "" {
				value = "1"
			}
			where := cmd.CommandPath() + " --" + f.Name
			if !assert.NoError(t, f.Value.Set(value), where) {
				return
			}
			err := f.Value.Set(value)
			if _, ok := f.Value.(*onceValue); !ok {
				assert.NoError(t, err, where)
				lists[f.Name] = true
				return
			}
			if f.Value.Type() == "bool" {
				assert.NoError(t, err, where)
				err = f.Value.Set("false")
			}
			assert.ErrorContains(t, err, "--"+f.Name+" is given twice", where)
		})
		for _, c := range cmd.Commands() {
			visit(c)
		}
	}
	var out bytes.Buffer
	root := (&app{out: &out, err: &out}).root()
	takeOnce(root)
	visit(root)
	assert.Equal(t, map[string]bool{"overlay": true, "report": true, "rule": true, "recordings": true, "fault": true, "scenario": true, "input": true, "header": true, "server": true, "source": true}, lists)
}
