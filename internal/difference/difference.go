// Package difference holds two descriptions against each other.
//
// What counts as a change, and how grave it is, is the verdict of oasdiff.
package difference

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"
	"github.com/oasdiff/oasdiff/load"

	"github.com/plumbapi/plumb/spec"
)

// Change is one way in which a description differs from an older one.
type Change struct {
	Severity string `json:"severity"` // error: clients break; warning: they may; info: they do not
	ID       string `json:"id"`       // that oasdiff knows it by
	Method   string `json:"method"`   // empty where it is of no operation
	Path     string `json:"path"`     // likewise
	Status   string `json:"status"`   // of the response that it is of; empty where it is of none, or of several
	Text     string `json:"text"`

	Recorded *Recorded `json:"recorded,omitempty"` // nil without recordings
}

// Recorded is how many recorded exchanges a change touches.
type Recorded struct {
	Count int `json:"count"` // of the operation, and of the status where there is one
	Of    int `json:"of"`    // exchanges in all
}

// Compare returns how the new description differs from the old one, the gravest
// changes first.
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
	localizer := checker.NewDefaultLocalizer()
	changes := []Change{}
	for _, c := range checker.CheckBackwardCompatibilityUntilLevel(checker.NewConfig(checker.GetAllChecks()), report, sources, checker.INFO) {
		changes = append(changes, Change{
			Severity: severity(c.GetLevel()), ID: c.GetId(), Method: c.GetOperation(), Path: c.GetPath(),
			Status: status(c), Text: strings.TrimSpace(c.GetUncolorizedText(localizer)),
		})
	}
	order := []string{"error", "warning", "info"}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Severity), slices.Index(order, b.Severity)),
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(changes), nil
}

var statusCode = regexp.MustCompile(`^[1-5][0-9][0-9]$`)

// status finds the status of a change of a response among what its text is made
// of.
func status(c checker.Change) string {
	if !strings.HasPrefix(c.GetId(), "response-") {
		return ""
	}
	for _, arg := range c.GetArgs() {
		if text := fmt.Sprint(arg); statusCode.MatchString(text) {
			return text
		}
	}
	return ""
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

// specInfo gives oasdiff a description that we have loaded: its $refs lead to
// no file that we have not read.
func specInfo(d *spec.Description) (*load.SpecInfo, error) {
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, u *url.URL) ([]byte, error) {
		text := d.Written(spec.Place{File: strings.TrimPrefix(u.Path, "/")})
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
