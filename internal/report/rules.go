package report

import (
	"slices"
	"strings"
)

// severities are those of findings, from the worst on.
var severities = []string{"error", "warning", "info"}

// described is the group of the rules that the description states itself.
const described = "description"

// groups are the groups of rules, in the order in which a response is looked
// at.
var groups = []string{"capture", "http", "json", "schema", "time", "state", "history", "scenario", described, "drift"}

// GroupOf returns the group that a rule is of.
func GroupOf(rule string) string {
	name, _, _ := strings.Cut(rule, "-")
	if slices.Contains(groups, name) {
		return name
	}
	return described
}

// hasRules reports whether rules of the group were applied.
func (r *Report) hasRules(name string) bool {
	return slices.ContainsFunc(r.Rules, func(rule Rule) bool { return GroupOf(rule.ID) == name })
}

// rule returns a rule by its id, or what little is known of it.
func (r *Report) rule(id string) Rule {
	for _, rule := range r.Rules {
		if rule.ID == id {
			return rule
		}
	}
	return Rule{ID: id}
}

// Headline says in one line what is wrong and where in the object.
func (f *Finding) Headline() string {
	if f.Pointer == "" {
		return Printable(f.Rule + ": " + f.Message)
	}
	return Printable(f.Rule + " " + f.Pointer + ": " + f.Message)
}
