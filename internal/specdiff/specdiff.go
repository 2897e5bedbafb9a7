// Package specdiff compares two descriptions.
//
// oasdiff decides what counts as a change, and how severe it is.
package specdiff

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/checker/localizations"
	"github.com/oasdiff/oasdiff/diff"
	"github.com/oasdiff/oasdiff/load"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lazyregexp"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/spec"
)

// Change is one way in which a description differs from an older one.
type Change struct {
	Severity string `json:"severity"` // error: clients break; warning: they may break; info: they do not
	ID       string `json:"id"`       // the id that oasdiff gives the change
	Method   string `json:"method"`   // empty if the change is not about an operation
	Path     string `json:"path"`     // likewise
	Status   string `json:"status"`   // of the response that changed; empty if it is not about a response, or about several
	Text     string `json:"text"`

	Description report.Place `json:"description"` // the operation, in the new description, or in the old one where that has it no longer

	Fingerprint string `json:"fingerprint,omitempty"` // in a baseline

	Recorded *Recorded `json:"recorded,omitempty"` // nil if there are no recordings

	Suppressed *report.Acceptance `json:"suppressed,omitempty"` // by the baseline
	Expired    *report.Acceptance `json:"expired,omitempty"`    // its acceptance by the baseline, which has expired
}

// Compare returns how the new description differs from the old one, the most
// severe changes first.
func Compare(before, after *spec.Description) ([]Change, error) {
	older, err := specInfo(before)
	if err != nil {
		return nil, err
	}
	newer, err := specInfo(after)
	if err != nil {
		return nil, err
	}
	report, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(), older, newer)
	if err != nil {
		return nil, fmt.Errorf("oasdiff cannot compare the descriptions: %w", err)
	}
	for _, side := range []*load.SpecInfo{older, newer} {
		if err := endArrays(side.Spec); err != nil {
			return nil, fmt.Errorf("%s: %w", side.Url, err)
		}
	}
	changes := []Change{}
	for _, c := range checker.CheckBackwardCompatibilityUntilLevel(checker.NewConfig(checker.GetAllChecks()), report, sources, checker.INFO) {
		text := strings.TrimSpace(c.GetUncolorizedText(english))
		changes = append(changes, Change{
			Severity: severity(c.GetLevel()), ID: c.GetId(), Method: c.GetOperation(), Path: c.GetPath(),
			Status: status(c.GetId(), text), Text: text,
		})
	}
	Sort(changes)
	return slices.Compact(changes), nil
}

// english returns a text of oasdiff in English. It replaces
// [checker.NewDefaultLocalizer], which can also execute the texts as templates
// (none is one): that alone would keep each exported method of each type in the
// command, a seventh of its size.
func english(key string, args ...any) string {
	text, ok := localizations.New("en", "en").Localizations["en.messages."+key]
	if !ok {
		return key
	}
	return fmt.Sprintf(text, args...)
}

// Sort sorts changes, the most severe first.
func Sort(changes []Change) {
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(compareSeverity(a, b), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Text, b.Text))
	})
}

// IDs returns the ids of changes that a glob as in [path.Match] matches.
func IDs(glob string) []string {
	var ids []string
	for _, rule := range checker.GetAllRules() {
		if ok, _ := path.Match(glob, rule.Id); ok {
			ids = append(ids, rule.Id)
		}
	}
	return ids
}

// compareSeverity compares changes so that the more severe come first.
func compareSeverity(a, b Change) int {
	order := []string{"error", "warning", "info"}
	return cmp.Compare(slices.Index(order, a.Severity), slices.Index(order, b.Severity))
}

// statusText matches the status in the text of a change. The arguments of the
// text do not tell which of them is the status: a limit or a value can look
// like one.
var statusText = lazyregexp.New("status(?: code)? `([1-5](?:[0-9][0-9]|XX)|default)`|`([1-5](?:[0-9][0-9]|XX)|default)`(?: response)? status")

// status finds the status that a change of a response is about.
func status(id, text string) string {
	if !strings.Contains(id, "response") {
		return ""
	}
	m := statusText().FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[1] + m[2]
}

func severity(l checker.Level) string {
	switch l {
	case checker.ERR:
		return "error"
	case checker.WARN:
		return "warning"
	}
	return "info"
}

// specInfo gives oasdiff a description that has been loaded: its $refs only
// refer to files that were read.
func specInfo(d *spec.Description) (*load.SpecInfo, error) {
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, u *url.URL) ([]byte, error) {
		text := d.Written(plumb.Source{File: strings.TrimPrefix(u.Path, "/")})
		if text == nil {
			return nil, fmt.Errorf("%s is not a file of the description", u.Path)
		}
		return text, nil
	}
	doc, err := loader.LoadFromURI(&url.URL{Path: "/" + d.File})
	if err != nil {
		return nil, fmt.Errorf("%s: kin-openapi cannot resolve the description: %w", d.File, err)
	}
	return &load.SpecInfo{Url: d.File, Spec: doc, Version: d.Version}, nil
}
