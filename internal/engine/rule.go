package engine

import (
	"path"
	"slices"

	"github.com/plumbapi/plumb"
)

// Rule is something that a response must satisfy.
type Rule struct {
	ID       string         // kebab-case, never changes; the group is what comes before the first dash
	Severity plumb.Severity // unless another one is configured
	Title    string         // one line, no full stop
	Text     string         // what it means and why it matters; Markdown
	Fix      string         // what to change, in one or two sentences; empty where that depends on the case
	Example  string         // a response, or a part of one, that does not satisfy it

	run     func(*pass) // checks one response
	basis   basis
	history func(*comparison) // checks two responses of one resource
}

// basis is what a rule looks at in a body. It decides what a [Worker] can know of bodies
// that are like others.
type basis byte

const (
	anything    basis = iota // whatever it likes: while the rule is enabled, each body is checked
	byStructure              // only at what the schema found, at members that it does not document, and at which timestamps a resource has
	byGuard                  // at values that a guard looks at, too: see learn
)

// rules are the built-in rules, sorted by id.
var rules = []*Rule{
	captureLimit,
	captureTruncated,
	captureUnreadable,
	driftNull,
	driftUndocumentedMember,
	historyChanged,
	historyDecreased,
	historyIDReused,
	historySetOnce,
	historyTransition,
	httpContentEncoding,
	httpEmptyBody,
	httpMediaType,
	httpOperation,
	httpPath,
	httpStatus,
	httpUndescribedBody,
	jsonDuplicateKey,
	jsonInvalidUTF8,
	jsonSyntax,
	jsonTrailingData,
	ruleFailed,
	scenarioUnmet,
	schemaAdditionalMember,
	schemaCombination,
	schemaConst,
	schemaDiscriminator,
	schemaEnum,
	schemaFormat,
	schemaLimit,
	schemaNullable,
	schemaPattern,
	schemaRequired,
	schemaType,
	schemaUndecided,
	schemaWriteOnly,
	stateFinalConflict,
	stateSkipped,
	stateTimestampEarly,
	stateTimestampMissing,
	timeBetweenAnswers,
	timeBound,
	timeFuture,
	timeOrder,
	timeSkew,
	timeUnit,
}

// Rules returns all rules, those of the description included, sorted by id,
// each with its severity as configured.
func (v *Validator) Rules() []plumb.Rule {
	all := make([]plumb.Rule, len(v.rules))
	for i, r := range v.rules {
		all[i] = plumb.Rule{ID: r.ID, Severity: v.severity[r.ID], Title: r.Title, Text: r.Text, Fix: r.Fix, Example: r.Example}
	}
	return all
}

// IsRule reports whether a glob matches the id of a rule that every description
// has.
func IsRule(glob string) bool {
	return slices.ContainsFunc(rules, func(r *Rule) bool {
		ok, _ := path.Match(glob, r.ID)
		return ok
	})
}
