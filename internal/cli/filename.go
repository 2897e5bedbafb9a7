package cli

import (
	"errors"

	"github.com/spf13/pflag"
)

// errNoName is the error for an empty file name: usually a variable in a script
// is not set, and without the file the run would do something else.
var errNoName = errors.New("the name is empty; name a file or folder, or leave this out")

// fileName is the value of a flag that names a file or folder.
type fileName struct{ name *string }

// fileFlag adds a flag that names a file or folder. In the usage, what help calls
// the value is in backquotes.
func fileFlag(flags *pflag.FlagSet, name *string, flag, usage string) {
	flags.Var(fileName{name}, flag, usage)
}

func (f fileName) String() string { return *f.name }

func (f fileName) Set(name string) error {
	if name == "" {
		return errNoName
	}
	*f.name = name
	return nil
}

// Type returns what the help calls the value.
func (fileName) Type() string { return "file" }
