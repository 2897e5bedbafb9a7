package format

import (
	"slices"
	"strings"

	"github.com/plumbapi/plumb/internal/report"
)

// described is the group of the rules that the description states itself.
const described = "description"

// groups are the groups of rules, in the order in which a response is looked
// at.
var groups = []string{"capture", "http", "json", "schema", "time", "state", "history", "scenario", described, "drift"}

// groupOf returns the group that a rule is of.
func groupOf(rule string) string {
	name, _, _ := strings.Cut(rule, "-")
	if slices.Contains(groups, name) {
		return name
	}
	return described
}

// hasRules reports whether rules of the group were applied.
func hasRules(r *report.Report, group string) bool {
	return slices.ContainsFunc(r.Rules, func(rule report.Rule) bool { return groupOf(rule.ID) == group })
}

// ruleOf returns the rule of a finding, or what little is known of it.
func ruleOf(r *report.Report, f *report.Finding) report.Rule {
	for _, rule := range r.Rules {
		if rule.ID == f.Rule {
			return rule
		}
	}
	return report.Rule{ID: f.Rule}
}
