package format

import (
	"slices"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// seenOperations returns the operations that were seen, or those that were not.
func seenOperations(c report.Coverage, seen bool) []report.OperationCoverage {
	return slices.DeleteFunc(slices.Clone(c.Operations), func(o report.OperationCoverage) bool { return o.Count > 0 != seen })
}

// reachedMembers returns the members that the operations which were seen can
// have.
func reachedMembers(c report.Coverage) []report.MemberCoverage {
	return slices.DeleteFunc(slices.Clone(c.Members), func(m report.MemberCoverage) bool { return m.Unreached })
}

// reachedValues returns the values that the operations which were seen can have.
func reachedValues(c report.Coverage) []report.ValueCoverage {
	return slices.DeleteFunc(slices.Clone(c.Values), func(v report.ValueCoverage) bool { return v.Unreached })
}

// unreachedText says how much of the description the reached members and values
// leave out; empty where that is nothing.
func unreachedText(c report.Coverage) string {
	members, values := len(c.Members)-len(reachedMembers(c)), len(c.Values)-len(reachedValues(c))
	if members+values == 0 {
		return ""
	}
	return textfmt.Count(members, "documented member") + " and " + textfmt.Count(values, "documented value") + " of operations that were never seen are not listed."
}
