package validator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/plumbapi/plumb/spec"
)

// Severity says what a finding means for those who use the API.
type Severity int

// The severities, in rising order.
const (
	Off     Severity = iota // the rule is not applied
	Info                    // worth knowing
	Warning                 // differs from the description, in a way that tolerant clients survive
	Error                   // a client written to the description breaks, or the data contradicts itself
)

func (s Severity) String() string {
	return [...]string{"off", "info", "warning", "error"}[s]
}

// ParseSeverity reads what [Severity.String] writes.
func ParseSeverity(text string) (Severity, error) {
	for s := Off; s <= Error; s++ {
		if s.String() == text {
			return s, nil
		}
	}
	return Off, fmt.Errorf("severity %q is not one of off, info, warning, error", text)
}

// Finding is one rule that one exchange does not satisfy, at one place.
type Finding struct {
	Rule        string // the rule's id
	Severity    Severity
	Message     string     // what is wrong, the same for every exchange with the same fault
	Operation   string     // operationId, or "METHOD /path" without one; empty where the operation is unknown or does not matter
	Status      int        // of the response; 0 where it is unknown or does not matter
	Pointer     string     // in the object that was checked, array indexes as *
	Description spec.Place // what of the description is not satisfied; zero where it is no part of it

	Occurrence
}

// Occurrence is what differs between findings of one rule at one place.
type Occurrence struct {
	Place
	Operation string  // where the finding speaks of a schema, whatever the operation
	Status    int     // likewise
	Resource  string  // identity of the resource; empty where unknown
	Found     string  // the value found, shortened, or what else was found
	Allowed   string  // what the description allows there
	Excerpt   Excerpt // the text around the place

	Lasted time.Duration // of a state that lasts longer than documented
}

// Excerpt is a part of one line of a body, for people to look at.
type Excerpt struct {
	Text   string // valid UTF-8 without control characters
	Column int    // of the marked part, in bytes of Text, from 0
	Width  int    // of the marked part, in bytes of Text
}

// Fingerprint identifies the rule and the place of the finding: equal for
// findings that differ only in values, texts or exchanges, and stable from one
// version of plumb to the next. It is 16 hexadecimal digits.
func (f *Finding) Fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%d\n%s#%s\n%s", f.Rule, f.Operation, f.Status, f.Description.File, f.Description.Pointer, f.Pointer)
	return hex.EncodeToString(h.Sum(nil)[:8])
}
