package plan

import (
	"maps"
	"slices"
)

// Has reports whether plans do what the rule with that id does: a body that the
// rule has a finding about is declined, or the finding makes a deviation, or
// the exchange never comes to a plan, as one with a defect. While another rule
// runs, no body may be read by a plan, since the rule would not see it.
func Has(rule string) bool { return rules[rule] }

// rules are the ids of the rules that plans have. An id is added when a plan
// does what its rule does, and the tests that compare the engines pass.
var rules = map[string]bool{
	// Exchanges that do not come to a plan.
	"capture-limit":         true,
	"capture-truncated":     true,
	"capture-unreadable":    true,
	"http-content-encoding": true,
	"http-empty-body":       true,
	"http-operation":        true,
	"http-path":             true,
	"scenario-unmet":        true,

	// Findings that the status and the headers decide, whatever the body.
	"http-media-type":       true,
	"http-status":           true,
	"http-undescribed-body": true,

	// Bodies that are declined.
	"json-duplicate-key": true,
	"json-invalid-utf8":  true,
	"json-syntax":        true,
	"json-trailing-data": true,

	// Deviations.
	"drift-null":                true,
	"drift-undocumented-member": true,
	"schema-additional-member":  true,
	"schema-combination":        true,
	"schema-const":              true,
	"schema-discriminator":      true,
	"schema-enum":               true,
	"schema-format":             true,
	"schema-limit":              true,
	"schema-pattern":            true,
	"schema-required":           true,
	"schema-type":               true,
	"schema-undecided":          true,
	"schema-write-only":         true,
	"state-final-conflict":      true,
	"state-skipped":             true,
	"state-timestamp-early":     true,
	"state-timestamp-missing":   true,
	"time-bound":                true,
	"time-future":               true,
	"time-order":                true,
	"time-skew":                 true,
	"time-unit":                 true,

	// Findings about two responses, which the noted members decide.
	"history-changed":    true,
	"history-decreased":  true,
	"history-set-once":   true,
	"history-transition": true,
}

// Rules returns the ids of the rules that plans have.
func Rules() []string { return slices.Sorted(maps.Keys(rules)) }
