package engine

import "github.com/plumbapi/plumb"

// Rule is something that a response must satisfy.
type Rule struct {
	ID       string         // kebab-case, never changes; the group is what comes before the first dash
	Severity plumb.Severity // unless configured otherwise
	Title    string         // one line, no full stop
	Text     string         // what it means and why it matters; Markdown
	Fix      string         // what to change, in one or two sentences; empty where only the reader can tell
	Example  string         // a response, or a part of one, that breaks it

	run     func(*pass)       // looks at one response
	history func(*comparison) // looks at two responses of one resource
}

// rules are all rules but those of descriptions, sorted by id.
var rules = []*Rule{
	captureLimit,
	captureTruncated,
	captureUnreadable,
	driftNull,
	driftUndocumentedMember,
	historyChanged,
	historyDecreased,
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
	timeBound,
	timeFuture,
	timeOrder,
	timeSkew,
	timeUnit,
}

// Rules returns all rules that can give a finding, those of the description
// included, sorted by id, each with the severity that the options give it.
func (v *Validator) Rules() []plumb.Rule {
	all := make([]plumb.Rule, len(v.rules))
	for i, r := range v.rules {
		all[i] = plumb.Rule{ID: r.ID, Severity: v.severity[r.ID], Title: r.Title, Text: r.Text, Fix: r.Fix, Example: r.Example}
	}
	return all
}
