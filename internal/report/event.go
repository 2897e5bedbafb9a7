package report

import (
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/spec"
)

// Event is one occurrence of a finding, as it is written when it is found. It
// says by itself what a report says of a finding and of an occurrence.
type Event struct {
	Time        time.Time `json:"time,omitzero"` // of the response
	Rule        string    `json:"rule"`
	Severity    string    `json:"severity"`
	Fingerprint string    `json:"fingerprint"` // of the finding
	Accepted    bool      `json:"accepted"`    // by the baseline
	Message     string    `json:"message"`
	Found       string    `json:"found"`
	Allowed     string    `json:"allowed"`
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	Operation   string    `json:"operation"` // empty where unknown
	Status      int       `json:"status"`    // 0 where unknown
	Pointer     string    `json:"pointer"`
	Resource    string    `json:"resource"`
	File        string    `json:"file"`
	Entry       int       `json:"entry"`
	Description Place     `json:"description"`
}

// NewEvents returns the findings of an exchange without its credentials, as they are
// added to the outcome o of a run with the description d.
func NewEvents(d *spec.Description, o *outcome.Outcome, x *plumb.Exchange, findings []plumb.Finding) []Event {
	var events []Event
	cleaned, asked := o.Clean(x, findings)
	for _, f := range cleaned {
		e := Event{
			Time: x.Time.Round(0).UTC(),
			Rule: f.Rule, Severity: f.Severity.String(), Fingerprint: f.Fingerprint(),
			Message: f.Message, Found: f.Found, Allowed: f.Allowed,
			Operation: f.Operation, Status: f.Status, Pointer: f.Pointer, Resource: f.Resource,
			File: f.File, Entry: f.Entry, Description: NewPlace(d.Shown(f.Description)),
		}
		if f.Entry == x.Place.Entry { // otherwise it is in an earlier response about the same resource
			e.Method, e.URL = asked.Method, asked.URL
		}
		events = append(events, e)
	}
	return events
}
