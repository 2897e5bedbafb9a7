package report

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/spec"
)

// Amendment is the description of a run with one more of the built-in overlays.
type Amendment struct {
	Overlay string
	Text    []byte // of the overlay
	Load    func() (*spec.Description, error)
}

// suggestOverlays names, in each finding, the overlay that describes what was
// found: of several, the one that describes the most findings, and of these that of
// the description's own servers. Findings and groups correspond. That overlay comes
// first among the amendments; another is loaded only if it can be preferred, since
// loading one takes as long as a small check.
func suggestOverlays(findings []Finding, groups []*group, amendments []Amendment) {
	describing := make([][]string, len(groups))
	total := map[string]int{}
	for _, a := range amendments {
		possible, isNew := 0, false
		for i, g := range groups {
			if canBeDescribed(g.first.Rule) && bytes.Contains(a.Text, []byte(needed(g))) {
				possible++
				isNew = isNew || !slices.Contains(describing[i], spec.Observed)
			}
		}
		if !isNew && possible <= total[spec.Observed] {
			continue
		}
		d, err := a.Load()
		if err != nil {
			continue // the user's overlays are in its way
		}
		for i, g := range groups {
			if canBeDescribed(g.first.Rule) && describes(d, g) {
				describing[i] = append(describing[i], a.Overlay)
				total[a.Overlay]++
			}
		}
	}
	for i, names := range describing {
		most := 0
		for _, name := range names {
			most = max(most, total[name])
		}
		names = slices.DeleteFunc(names, func(name string) bool { return total[name] < most })
		if slices.Contains(names, spec.Observed) {
			names = []string{spec.Observed}
		}
		findings[i].Overlays = names
	}
}

// needed returns a text that an overlay has if it describes what the findings of a
// group have found.
func needed(g *group) string {
	switch {
	case g.first.Rule == "drift-null":
		return "null"
	case g.first.Rule == "time-bound":
		return "atMost"
	case g.first.Rule == "schema-enum" && len(g.occurrences) > 0:
		return g.occurrences[0].Found
	}
	return g.first.Subject.Name
}

// canBeDescribed reports whether [describes] knows what findings of a rule need.
func canBeDescribed(rule string) bool {
	return slices.Contains([]string{"drift-null", "drift-undocumented-member", "http-status", "schema-enum", "time-bound"}, rule)
}

// describes reports whether a description documents what the findings of a group
// have found.
func describes(d *spec.Description, g *group) bool {
	f := g.first
	switch f.Rule {
	case "drift-null":
		return allowsNull(d.Written(f.Description))
	case "drift-undocumented-member":
		return d.Written(within(f.Description, f.Subject.Name)) != nil // the place is that of properties
	case "http-status":
		return d.Written(within(f.Description, f.Subject.Name)) != nil || d.Written(within(f.Description, "responses", f.Subject.Name)) != nil
	case "time-bound":
		return allowsLonger(d.Written(f.Description), g.longest)
	case "schema-enum":
		return allowsAll(d.Written(f.Description), g.occurrences)
	}
	return false
}

func within(at plumb.Source, names ...string) plumb.Source {
	for _, name := range names {
		at.Pointer += "/" + jsonvalue.EscapePointer(name)
	}
	return at
}

// allowsNull reports whether a schema allows null by its own keywords.
func allowsNull(schema []byte) bool {
	var s struct {
		Type     json.RawMessage `json:"type"`
		Nullable bool            `json:"nullable"`
	}
	var types []string
	_ = json.Unmarshal(schema, &s)     // what is not a schema
	_ = json.Unmarshal(s.Type, &types) // or has one type, does not
	return s.Nullable || slices.Contains(types, "null")
}

// allowsLonger reports whether a state may last so many seconds.
func allowsLonger(state []byte, seconds float64) bool {
	var s struct {
		AtMost string `json:"atMost"`
	}
	if json.Unmarshal(state, &s) != nil {
		return false
	}
	most, err := lifecycle.ParseDuration(s.AtMost)
	return err == nil && seconds <= most.Seconds()
}

// allowsAll reports whether an enum has the values of all occurrences.
func allowsAll(enum []byte, occurrences []outcome.Occurrence) bool {
	var values []any
	if json.Unmarshal(enum, &values) != nil {
		return false
	}
	return !slices.ContainsFunc(occurrences, func(o outcome.Occurrence) bool { return !slices.Contains(values, any(o.Found)) })
}
