package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/plumbapi/plumb/internal/mock"
	"github.com/plumbapi/plumb/internal/probe"
	"github.com/plumbapi/plumb/internal/report/format"
	"github.com/plumbapi/plumb/spec"
)

// completeFlags completes the values of the flags of a command and of its
// subcommands: formats, rules, overlays and what else is known. Without one of
// these the shell completes files.
func (a *app) completeFlags(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		complete := a.completionOf(cmd, f)
		if complete == nil {
			return
		}
		// A flag has one function, and is visited once.
		_ = cmd.RegisterFlagCompletionFunc(f.Name, complete)
	})
	for _, c := range cmd.Commands() {
		a.completeFlags(c)
	}
}

// completionOf returns the function that completes the values of a flag, or nil if
// they are files, or are not known.
func (a *app) completionOf(cmd *cobra.Command, f *pflag.Flag) cobra.CompletionFunc {
	v, isSetting := f.Value.(flagValue)
	if !isSetting {
		switch cmd.Name() + " " + f.Name {
		case "mock fault":
			return oneOfThese(faultNames()...)
		case "mock dialect":
			return oneOfThese(mock.Dialects()...)
		case "probe scenario":
			return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
				return a.completeScenario(givenTo(cmd)), cobra.ShellCompDirectiveDefault // and files
			}
		case "drift history":
			return folders
		}
		return nil
	}
	switch v.kind {
	case choice:
		return oneOfThese(v.choices...)
	case reports:
		return completeReport
	case severity:
		return func(_ *cobra.Command, _ []string, toComplete string) ([]string, cobra.ShellCompDirective) {
			return a.completeSeverity(v.given, toComplete)
		}
	case overlays:
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return spec.Overlays(), cobra.ShellCompDirectiveDefault // and files
		}
	}
	switch v.name {
	case "ref-root":
		return folders
	case "schema":
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.completeSchema(v.given), cobra.ShellCompDirectiveNoFileComp
		}
	}
	return nil
}

func faultNames() []string {
	names := []string{"list"}
	for _, f := range mock.Faults() {
		names = append(names, f.Name)
	}
	return names
}

// givenTo returns the values of the settings that a command was given.
func givenTo(cmd *cobra.Command) given {
	if v, ok := cmd.Flags().Lookup("spec").Value.(flagValue); ok {
		return v.given
	}
	return nil
}

// completeScenario returns the names of the built-in scenarios that can be run by
// themselves, with the description of a run.
func (a *app) completeScenario(flags given) (names []string) {
	o, desc, err := a.described(flags)
	if err != nil {
		return nil
	}
	doc, err := probe.Builtin()
	if err != nil {
		return nil
	}
	for _, s := range doc.Scenarios {
		if !s.Part && (o.spec == "" || s.FitsIn(desc)) {
			names = append(names, s.Name)
		}
	}
	return names
}

func oneOfThese(names ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)
}

func folders(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// completeReport completes FORMAT=PATH: the format, and then the path, for which
// shells take the part after the equals sign as the word.
func completeReport(_ *cobra.Command, _ []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	if strings.Contains(toComplete, "=") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var all []string
	for _, name := range format.Names() {
		all = append(all, name+"=")
	}
	return all, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// completeSeverity completes RULE=SEVERITY.
func (a *app) completeSeverity(flags given, toComplete string) ([]string, cobra.ShellCompDirective) {
	var all []string
	if rule, _, ok := strings.Cut(toComplete, "="); ok {
		for _, name := range severities() {
			all = append(all, rule+"="+name)
		}
		return all, cobra.ShellCompDirectiveNoFileComp
	}
	for _, id := range a.ruleIDs(flags) {
		all = append(all, id+"=")
	}
	return all, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// ruleIDs returns the ids of the rules, those of the description included; none if
// the description cannot be loaded, which is not for completion to say.
func (a *app) ruleIDs(flags given) (ids []string) {
	flags = withoutRules(flags)
	rules, err := a.loadRules(flags)
	if err != nil {
		return nil
	}
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	return ids
}

// withoutRules leaves out settings of rules, the last of which is not complete.
func withoutRules(flags given) given {
	rest := given{}
	for name, values := range flags {
		if name != "rule" {
			rest[name] = values
		}
	}
	return rest
}

// completeSchema returns the names of the description's schemas.
func (a *app) completeSchema(flags given) (names []string) {
	_, desc, err := a.described(flags)
	if err != nil {
		return nil
	}
	for _, s := range desc.Schemas {
		names = append(names, s.Name)
	}
	return names
}

// described returns the settings and the description of a run, for the completion of
// its flags.
func (a *app) described(flags given) (*options, *spec.Description, error) {
	o, _, err := loadOptions(withoutRules(flags), a.getenv)
	if err != nil {
		return nil, nil, err
	}
	desc, err := loadDescription(o)
	return o, desc, err
}
