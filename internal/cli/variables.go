package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/lazyregexp"
	"github.com/plumbapi/plumb/internal/nearest"
)

const variablePrefix = "PLUMB_"

// otherVariables are those that are not settings: the credential of plumb probe, and
// those of the project's own tests.
var otherVariables = []string{"PLUMB_TOKEN", "PLUMB_CHROMIUM", "PLUMB_SKIPPED"}

// ofService matches the variables that Kubernetes sets in all pods where a service has a
// name that begins with plumb.
var ofService = lazyregexp.New(`^PLUMB_(.*_)?(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\d+_(TCP|UDP|SCTP)(_.*)?)?)$`)

// warnOfVariables names the variables of the environment that look like settings and
// are none. They are not refused, unlike the keys of a configuration file, since not
// only the user sets them.
func (a *app) warnOfVariables(root *cobra.Command) {
	for _, variable := range slices.Sorted(slices.Values(a.environment)) {
		name, value, _ := strings.Cut(variable, "=")
		if value == "" || !strings.HasPrefix(name, variablePrefix) || strings.HasPrefix(name, "PLUMB_TEST_") || slices.Contains(otherVariables, name) || ofService().MatchString(name) {
			continue
		}
		if problem := variableProblem(root, name); problem != "" {
			a.say("warning: %s is ignored: %s", name, problem)
		}
	}
}

// variableProblem says why a variable sets nothing; empty where it sets something.
func variableProblem(root *cobra.Command, name string) string {
	var known []string
	for i := range settings {
		s := &settings[i]
		switch {
		case s.sources&environment != 0 && s.variable() == name:
			return ""
		case s.sources&environment != 0:
			known = append(known, strings.TrimPrefix(s.variable(), variablePrefix))
		case s.variable() == name:
			return s.fileKey() + " is set in plumb.yaml only"
		}
	}
	word := strings.TrimPrefix(name, variablePrefix)
	flag := strings.ReplaceAll(strings.ToLower(word), "_", "-")
	for _, cmd := range root.Commands() {
		if cmd.Flags().Lookup(flag) != nil {
			return "--" + flag + " of plumb " + cmd.Name() + " is set by the flag only"
		}
	}
	best := nearest.To(word, known)
	if longer := longForms(word, known); best == "" && len(longer) == 1 {
		best = longer[0]
	}
	if best != "" {
		return "no setting has this name; did you mean " + variablePrefix + best + "?"
	}
	return "no setting has this name; \"plumb check --help\" lists the settings"
}
