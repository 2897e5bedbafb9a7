package cli

import (
	"slices"
	"strings"

	"github.com/plumbapi/plumb/internal/nearest"
)

const variablePrefix = "PLUMB_"

// otherVariables are those that are not settings: the credential of plumb probe, and
// those of the project's own tests.
var otherVariables = []string{"PLUMB_TOKEN", "PLUMB_CHROMIUM", "PLUMB_SKIPPED"}

// warnOfVariables names the variables of the environment that look like settings and
// are none. They are not refused, unlike the keys of a configuration file, since not
// only the user sets them: Kubernetes sets PLUMB_PORT where a service is named plumb.
func (a *app) warnOfVariables() {
	for _, variable := range slices.Sorted(slices.Values(a.environment)) {
		name, value, _ := strings.Cut(variable, "=")
		if value == "" || !strings.HasPrefix(name, variablePrefix) || strings.HasPrefix(name, "PLUMB_TEST_") || slices.Contains(otherVariables, name) {
			continue
		}
		if problem := variableProblem(name); problem != "" {
			a.say("warning: %s is ignored: %s", name, problem)
		}
	}
}

// variableProblem says why a variable sets nothing; empty where it sets something.
func variableProblem(name string) string {
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
	best := nearest.To(word, known)
	if longer := longForms(word, known); best == "" && len(longer) == 1 {
		best = longer[0]
	}
	if best != "" {
		return "no setting has this name; did you mean " + variablePrefix + best + "?"
	}
	return "no setting has this name; \"plumb check --help\" lists the settings"
}
