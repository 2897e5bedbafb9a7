package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/plumbapi/plumb/internal/probe"
	"github.com/plumbapi/plumb/internal/textfmt"
	"github.com/plumbapi/plumb/spec"
)

// chosenScenarios are the scenarios of a run.
type chosenScenarios struct {
	run     []probe.Scenario
	lacking []string // those that are not run, with the inputs that they need

	smoke   bool            // whether the operations of a description are called
	skipped []probe.Skipped // operations that are not called

	answers, missing int // how many answers there were, and how many said that there is no such operation
}

// scenarios returns the scenarios to run. It is an error if a scenario that the
// user has named lacks an input.
func (c *check) scenarios(f *probeFlags) (*chosenScenarios, error) {
	builtin, err := probe.Builtin()
	if err != nil {
		return nil, err
	}
	sources, err := pairs("source", "NAME=FILE", f.sources)
	if err != nil {
		return nil, err
	}
	chosen := &chosenScenarios{}
	var all []probe.Scenario
	switch {
	case len(f.scenarios) > 0:
		all, err = c.named(f, builtin, sources)
	case len(sources) > 0:
		err = errors.New("--source: the built-in scenarios have their descriptions; name a file with --scenario")
	default:
		all = slices.DeleteFunc(slices.Clone(builtin.Scenarios), func(s probe.Scenario) bool {
			return s.Part || c.options.spec != "" && !s.FitsIn(c.desc)
		})
	}
	if err != nil {
		return nil, err
	}
	if err := f.checkInputs(all); err != nil {
		return nil, err
	}
	for _, s := range all {
		lacks := s.Lacks(f.inputs())
		switch {
		case len(lacks) == 0:
			chosen.run = append(chosen.run, s)
		case len(f.scenarios) > 0:
			return nil, fmt.Errorf("the scenario %s needs %s", s.Name, needs(lacks))
		default:
			chosen.lacking = append(chosen.lacking, s.Name+" (needs "+needs(lacks)+")")
		}
	}
	if len(f.scenarios) == 0 && c.options.spec != "" {
		chosen.addSmoke(c.desc, f.create)
	}
	return chosen, nil
}

// addSmoke adds the operations of a description that can be called.
func (s *chosenScenarios) addSmoke(d *spec.Description, create bool) {
	scenarios, skipped := probe.Smoke(d, create)
	s.run = append(s.run, scenarios...)
	s.smoke, s.skipped = true, skipped
}

// named returns the scenarios that the user has named.
func (c *check) named(f *probeFlags, builtin *probe.Document, sources map[string]string) ([]probe.Scenario, error) {
	var all []probe.Scenario
	var known []string
	for _, name := range f.scenarios {
		if i := slices.IndexFunc(builtin.Scenarios, func(s probe.Scenario) bool { return s.Name == name }); i >= 0 {
			all = append(all, builtin.Scenarios[i])
			continue
		}
		own, err := ownScenarios(name, builtin, sources)
		if err != nil {
			return nil, err
		}
		c.warn(own.Warnings)
		known = append(known, own.Sources...)
		all = append(all, slices.DeleteFunc(own.Scenarios, func(s probe.Scenario) bool { return s.Part })...)
	}
	for name := range sources {
		if len(known) == 0 {
			return nil, errors.New("--source: the built-in scenarios have their descriptions; name a file with --scenario")
		}
		if err := oneOf(name, known); err != nil {
			return nil, fmt.Errorf("--source: %w", err)
		}
	}
	return all, nil
}

// ownScenarios returns the scenarios of a file.
func ownScenarios(file string, builtin *probe.Document, sources map[string]string) (*probe.Document, error) {
	if _, err := os.Stat(file); err != nil {
		var known []string
		for _, s := range builtin.Scenarios {
			known = append(known, s.Name)
		}
		return nil, fmt.Errorf("--scenario: %w; and there is no file of that name", oneOf(file, known))
	}
	return probe.Load(file, sources)
}

// pairs returns the values of a flag that has the form NAME=VALUE.
func pairs(flag, form string, texts []string) (map[string]string, error) {
	all := map[string]string{}
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" || value == "" {
			return nil, fmt.Errorf("--%s: %q does not have the form %s", flag, text, form)
		}
		if other, ok := all[name]; ok && other != value {
			return nil, fmt.Errorf("--%s: %s is given twice, as %s and as %s", flag, name, other, value)
		}
		all[name] = value
	}
	return all, nil
}

// uses returns the files that scenarios are read from.
func (f *probeFlags) uses() (u uses) {
	for _, name := range f.scenarios {
		u.reads = append(u.reads, reading("a file of scenarios", name))
	}
	for _, source := range f.sources {
		_, name, _ := strings.Cut(source, "=")
		u.reads = append(u.reads, reading("a source description", name))
	}
	return u
}

// inputs returns the values that scenarios can ask for.
func (f *probeFlags) inputs() map[string]any {
	inputs := map[string]any{}
	if f.batch != "" {
		inputs["batch_id"] = f.batch
	}
	if f.create {
		inputs["create"] = true
	}
	for _, text := range f.values {
		name, value, _ := strings.Cut(text, "=")
		inputs[name] = value
	}
	return inputs
}

// checkInputs returns an error for inputs that no scenario has.
func (f *probeFlags) checkInputs(scenarios []probe.Scenario) error {
	var known []string
	for _, s := range scenarios {
		known = append(known, s.Inputs...)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for _, text := range f.values {
		name, _, ok := strings.Cut(text, "=")
		if !ok {
			return errors.New("--input: an input has the form NAME=VALUE")
		}
		if len(known) == 0 {
			return errors.New("--input: these scenarios have no inputs")
		}
		if err := oneOf(name, known); err != nil {
			return fmt.Errorf("--input: %w", err)
		}
	}
	return nil
}

// needs returns the flags that set the inputs.
func needs(inputs []string) string {
	var flags []string
	for _, name := range inputs {
		switch name {
		case "batch_id":
			name = "--batch ID"
		case "create":
			name = "--create"
		default:
			name = "--input " + name + "=VALUE"
		}
		flags = append(flags, name)
	}
	return strings.Join(flags, " and ")
}

// seen notes the status of an answer.
func (s *chosenScenarios) seen(status int) {
	s.answers++
	if probe.IsMissing(status) {
		s.missing++
	}
}

// nothingThere returns an error if no operation of a description exists on the
// server.
func (s *chosenScenarios) nothingThere() error {
	if !s.smoke || s.answers == 0 || s.missing < s.answers {
		return nil
	}
	return fmt.Errorf("%w: each request was answered with 404, 405 or 501; --base-url is everything before the paths of the description, such as https://host/v1", probe.ErrUnreachable)
}

// sayNotRun names the scenarios and operations that were not run.
func (s *chosenScenarios) sayNotRun(c *check) {
	const few = 5
	not := s.lacking
	byReason := map[string]int{}
	for _, o := range s.skipped {
		reason, _, _ := strings.Cut(o.Reason, " of ")
		byReason[reason]++
		if len(s.skipped) <= few || c.options.verbose {
			not = append(not, o.Operation+" ("+o.Reason+")")
		}
	}
	if len(s.skipped) > few && !c.options.verbose {
		for _, reason := range []string{"needs --create", "needs a scenario", "lacks an example"} {
			if n := byReason[reason]; n > 0 {
				if n > 1 {
					reason = strings.NewReplacer("needs", "need", "lacks", "lack").Replace(reason)
				}
				not = append(not, textfmt.Count(n, "operation")+" ("+reason+")")
			}
		}
		not[len(not)-1] += "; -v names them"
	}
	if len(not) > 0 {
		c.say("not run: %s", strings.Join(not, ", "))
	}
}
