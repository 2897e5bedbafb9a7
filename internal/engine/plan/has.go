package plan

import (
	"maps"
	"slices"
)

// Has reports whether plans implement the rule with that id: a plan declines
// each body that the rule has a finding about, or the finding is a deviation,
// or no plan reads the exchange, as one with a defect. While a rule that plans
// do not implement is enabled, no body may be read with a plan, since the rule
// would not see it.
func Has(rule string) bool { return rules[rule] }

// rules are the ids of the rules that plans implement. Add an id once plans do
// what its rule does, and the tests that compare the two engines pass.
var rules = map[string]bool{
	// No plan reads the exchange.
	"capture-limit":         true,
	"capture-truncated":     true,
	"capture-unreadable":    true,
	"http-content-encoding": true,
	"http-empty-body":       true,
	"http-operation":        true,
	"http-path":             true,
	"scenario-unmet":        true,

	// The status and the headers decide, whatever the body is.
	"http-media-type":       true,
	"http-status":           true,
	"http-undescribed-body": true,

	// Plans decline the body.
	"json-duplicate-key": true,
	"json-invalid-utf8":  true,
	"json-syntax":        true,
	"json-trailing-data": true,

	// The finding is a deviation.
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

	// The members that a history keeps decide.
	"history-changed":    true,
	"history-decreased":  true,
	"history-set-once":   true,
	"history-transition": true,
}

// Rules returns the ids of the rules that plans implement, sorted.
func Rules() []string { return slices.Sorted(maps.Keys(rules)) }
