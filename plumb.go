// Package plumb defines the types that everything else shares: exchanges, which
// come from recordings and live traffic, and findings, which come from rules.
// It checks nothing itself: package validator checks exchanges in a program,
// package contracttest checks them in Go tests, and cmd/plumb is the command.
package plumb

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"
)

// Masked replaces a credential that was removed from a recording. Of a string
// that contains it, only the presence and the type are checked.
const Masked = "[redacted]"

// Exchange is one request and its response, as recorded or as observed live.
// Readers create exchanges; a check reads them and does not change them.
type Exchange struct {
	Request  Request
	Response Response

	// Time is when the response arrived, by the clock of the recorder; zero if
	// it was not recorded. Histories are ordered by these times.
	Time time.Time

	// Took is how long the exchange lasted, until Time; zero if it was not recorded.
	Took time.Duration

	// Place is where the exchange begins in its recording.
	Place Place

	// Schema names the schema of a bare body, as in components/schemas of the
	// description. If it is empty, the schema is found by the constants that
	// schemas require of a body.
	Schema string

	// Defects are faults that the maker of the exchange has found. An exchange
	// can consist of defects alone.
	Defects []Defect

	// Secrets are the credentials that the exchange carried (values of
	// Authorization, cookies, API keys). They are kept so that they can be
	// removed from everything that is written.
	Secrets []string
}

// Request is what rules need to know of a request. The zero value belongs to a
// bare body, whose request is not known.
type Request struct {
	Method string      // in upper case; empty where the recording does not say
	URL    string      // as recorded: absolute, or from the path on
	Header http.Header // empty where the recording does not say

	// Target is the URL of the server that the request is known to have been
	// made to, whatever servers the description names: the target of the proxy
	// that recorded it. It is empty if the recording does not say.
	Target string
}

// Response is a response, or a bare body.
type Response struct {
	Status int         // 0 where the recording does not say, as with a bare body
	Header http.Header // nil where the recording does not say
	Body   Body
}

// Body is the body of a response, after its Content-Encoding was decoded.
type Body struct {
	Bytes []byte

	// Missing, if not empty, says why the recording does not contain the body
	// ("the recording holds no body"). The body is then not checked.
	Missing string

	// Locate gives the line and column (both from 1, columns in bytes) of
	// Bytes[offset] in the recording. A column of 0 means that only the line
	// is known. A nil Locate means that only the exchange's place is known.
	Locate func(offset int) (line, column int)
}

// Place is a place in a recording.
type Place struct {
	File   string // as the user named it; "-" is standard input
	Entry  int    // the exchange's number in its file, from 1
	Line   int    // from 1; 0 where there is none
	Column int    // in bytes, from 1; 0 where only the line is known
}

// Defect is a fault that the maker of an exchange has found, rather than a
// rule: the recording is damaged, the body does not match its Content-Encoding,
// or a response is not what its scenario expects.
type Defect struct {
	Rule    string // "capture-truncated", "capture-unreadable", "capture-limit", "http-content-encoding" or "scenario-unmet"
	Message string // the same for equal faults; the values are in Found
	Found   string // what was found; may be empty
	Allowed string // what was expected; may be empty
	Place   Place

	Description Source // where the expectation is written; zero if nowhere
}

// Source is a place in the source of a description.
type Source struct {
	File    string // path from the description's folder, with slashes
	Line    int    // from 1; 0 where unknown
	Column  int    // from 1, in characters; 0 where unknown
	Pointer string // RFC 6901, from the root of the file

	// Overlay is the file of the overlay that added what is at the place; Line
	// and Column are then positions in that file. It is empty for what is
	// written in File.
	Overlay string
}

// Path is the file that Line and Column are in.
func (s Source) Path() string {
	if s.Overlay != "" {
		return s.Overlay
	}
	return s.File
}

// Severity says how much a finding matters to users of the API.
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

// ParseSeverity parses the form that [Severity.String] returns.
func ParseSeverity(text string) (Severity, error) {
	for s := Off; s <= Error; s++ {
		if s.String() == text {
			return s, nil
		}
	}
	return Off, fmt.Errorf("severity %q is not one of off, info, warning, error", text)
}

// Finding is a violation of one rule by one exchange at one place. Findings of
// one rule and one subject are occurrences of one fault.
type Finding struct {
	Rule        string // the rule's id
	Subject     Subject
	Severity    Severity
	Message     string // what is wrong, the same for every exchange with the same fault
	Operation   string // operationId, or "METHOD /path" without one; empty where the operation is unknown
	Status      int    // of the response; 0 where it is unknown
	Pointer     string // in the object that was checked, array indexes and keys of maps as *
	Description Source // the part of the description that is violated; zero if there is none

	Occurrence
}

// Subject is the place in the description that a finding is about, whichever
// operations and members lead there. For a value it is the nearest enclosing
// properties/NAME, items, additionalProperties or the like through which the
// value was reached; for a whole body it is the schema or the response that the
// body was checked against. It is zero if the finding says nothing about the
// API.
type Subject struct {
	File    string `json:"file"`           // path from the description's folder, with slashes
	Pointer string `json:"pointer"`        // RFC 6901, from the root of the file
	Name    string `json:"name,omitempty"` // the name of what has no place there: an undocumented member, a status, a method, a media type, or the template of a path
}

// Occurrence holds what can differ between findings with the same message at
// one place.
type Occurrence struct {
	Place
	Offset   int     // of the value in the body, in bytes; 0 for the body as a whole
	Named    string  // Pointer with the keys of maps in place of *; empty if there are none
	Resource string  // identity of the resource; empty where unknown
	Found    string  // the value found, shortened, or what else was found
	Allowed  string  // what the description allows there
	Excerpt  Excerpt // the text around the place

	Lasted time.Duration // how long a state lasted that lasts longer than documented
}

// Excerpt is part of one line of a body, to be shown to people.
type Excerpt struct {
	Text   string // valid UTF-8 without control characters
	Column int    // of the marked part, in bytes of Text, from 0
	Width  int    // of the marked part, in bytes of Text
}

// Fingerprint identifies the rule and the subject of the finding. It is the
// same for findings that differ only in values, texts, operations or exchanges,
// and does not change between versions of plumb. It is 16 hexadecimal digits.
func (f *Finding) Fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s#%s\n%s", f.Rule, f.Subject.File, f.Subject.Pointer, f.Subject.Name)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Rule describes a rule to its readers.
type Rule struct {
	ID       string   // kebab-case, never changes; the group is what comes before the first dash
	Severity Severity // of its findings in this run
	Title    string   // one line, no full stop
	Text     string   // what it means and why it matters; Markdown
	Fix      string   // what to change, in one or two sentences; empty if plumb cannot tell
	Example  string   // a response, or a part of one, that breaks it
}
