package cli

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// onceValue is the value of a flag that takes one value: giving it twice is an
// error, since one of the two would be ignored. A boolean flag may be repeated,
// but not with the opposite value.
type onceValue struct {
	pflag.Value
	flag  *pflag.Flag
	first *string // the first value that it was given
}

// givenTwice is the error for a flag that is given twice.
type givenTwice struct{ name, first, second string }

func (e *givenTwice) Error() string {
	return fmt.Sprintf("--%s is given twice, as %q and %q; it takes one value", e.name, e.first, e.second)
}

func (v *onceValue) Set(value string) error {
	if v.first != nil && (v.Type() != "bool" || *v.first != value) {
		return &givenTwice{v.flag.Name, *v.first, value}
	}
	if err := v.Value.Set(value); err != nil {
		return err
	}
	v.first = &value
	return nil
}

// takeOnce makes it an error to give a flag of the command, or of its
// subcommands, twice, unless the flag takes a list.
func takeOnce(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		_, isSlice := f.Value.(pflag.SliceValue)
		s, isSetting := f.Value.(flagValue)
		if !isSlice && !(isSetting && s.repeatable()) {
			f.Value = &onceValue{Value: f.Value, flag: f}
		}
	})
	for _, c := range cmd.Commands() {
		takeOnce(c)
	}
}
