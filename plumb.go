// Package plumb has the nouns of a check: exchanges, which recordings and live
// traffic give, and findings, which rules give. It has no code of a check:
// package validator checks exchanges in a program, contracttest in its tests,
// and cmd/plumb is the command.
package plumb

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"
)

// Masked is in the place of a credential that was taken out of a recording, or
// is in a text around what was left of it. Of a string with it only the presence
// and the type are checked.
const Masked = "[redacted]"

// Exchange is one request and its response, as recorded or as seen live. The
// readers make them; a check reads them and changes nothing in them.
type Exchange struct {
	Request  Request
	Response Response

	// Time is when the response came, by the clock of who recorded it; zero
	// where nobody recorded it. Histories have the order of these times.
	Time time.Time

	// Place is where the exchange begins in its recording.
	Place Place

	// Schema names the schema of a bare body, as components/schemas of the
	// description spells it. Where it is empty, the constants that the
	// schemas state decide.
	Schema string

	// Defects are faults that who made the exchange has found. An exchange can
	// consist of nothing else.
	Defects []Defect

	// Secrets are the credentials that the exchange carried (values of
	// Authorization, cookies, API keys). They are here to be kept out of
	// everything that is written.
	Secrets []string
}

// Request is what rules need to know of a request. Its zero value stands for
// a bare body, of which no request is known.
type Request struct {
	Method string      // in upper case; empty where the recording does not say
	URL    string      // as recorded: absolute, or from the path on
	Header http.Header // empty where the recording does not say

	// Target is the URL of the server that the request is known to have been made
	// to, whatever servers the description names: the target of the proxy that
	// recorded it. It is empty where the recording does not say.
	Target string
}

// Response is a response, or a bare body.
type Response struct {
	Status int         // 0 where the recording does not say, as with a bare body
	Header http.Header // nil where the recording does not say
	Body   Body
}

// Body is the content of a response, its Content-Encoding undone.
type Body struct {
	Bytes []byte

	// Missing, when not empty, says why the recording does not hold the body
	// ("the recording holds no body"). It is then not checked.
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

// Defect is a fault that who made the exchange has found: of the recording, and
// not of the API; that the body is not what its Content-Encoding says; or that an
// answer is not what the scenario expects of which it is a part.
type Defect struct {
	Rule    string // "capture-truncated", "capture-unreadable", "capture-limit", "http-content-encoding" or "scenario-unmet"
	Message string // the same for equal faults: values go into Found
	Found   string // what is there; may be empty
	Allowed string // what is expected; may be empty
	Place   Place

	Description Source // of what is expected; zero where it is written nowhere
}

// Source is a place in the source of a description.
type Source struct {
	File    string // path from the description's folder, with slashes
	Line    int    // from 1; 0 where unknown
	Column  int    // from 1, in characters; 0 where unknown
	Pointer string // RFC 6901, from the root of the file

	// Overlay is the file of the overlay that put there what is at the place;
	// Line and Column are in it. It is empty for what is written in File.
	Overlay string
}

// Path is the file that Line and Column are in.
func (s Source) Path() string {
	if s.Overlay != "" {
		return s.Overlay
	}
	return s.File
}

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

// Finding is one rule that one exchange does not satisfy, at one place. Findings
// of one rule and one subject are occurrences of one fault.
type Finding struct {
	Rule        string // the rule's id
	Subject     Subject
	Severity    Severity
	Message     string // what is wrong, the same for every exchange with the same fault
	Operation   string // operationId, or "METHOD /path" without one; empty where the operation is unknown
	Status      int    // of the response; 0 where it is unknown
	Pointer     string // in the object that was checked, array indexes and keys of maps as *
	Description Source // what of the description is not satisfied; zero where it is not part of it

	Occurrence
}

// Subject is the place of the description that a finding speaks of, whichever
// operations and members lead there: of a value the nearest enclosing
// properties/NAME, items, additionalProperties or the like through which it was
// reached; of a whole body the schema or the response that it was checked by. It
// is zero where a finding says nothing of the API.
type Subject struct {
	File    string `json:"file"`           // path from the description's folder, with slashes
	Pointer string `json:"pointer"`        // RFC 6901, from the root of the file
	Name    string `json:"name,omitempty"` // what has no place there: an undocumented member, a status, a method, a media type, the template of a path
}

// Occurrence is what differs between findings with equal text at one place.
type Occurrence struct {
	Place
	Offset   int     // of the value in the body, in bytes; 0 where the body as a whole is meant
	Named    string  // the pointer with the names of the keys of maps; empty where there are none
	Resource string  // identity of the resource; empty where unknown
	Found    string  // the value found, shortened, or what else was found
	Allowed  string  // what the description allows there
	Excerpt  Excerpt // the text around the place

	Lasted time.Duration // of a state that lasts longer than documented
}

// Excerpt is a part of one line of a body, for people to look at.
type Excerpt struct {
	Text   string // valid UTF-8 without control characters
	Column int    // of the marked part, in bytes of Text, from 0
	Width  int    // of the marked part, in bytes of Text
}

// Fingerprint identifies the rule and the subject of the finding: equal for
// findings that differ only in values, texts, operations or exchanges, and stable
// from one version of plumb to the next. It is 16 hexadecimal digits.
func (f *Finding) Fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s#%s\n%s", f.Rule, f.Subject.File, f.Subject.Pointer, f.Subject.Name)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Rule is what there is to read about a rule.
type Rule struct {
	ID       string   // kebab-case, never changes; the group is what comes before the first dash
	Severity Severity // of its findings in this run
	Title    string   // one line, no full stop
	Text     string   // what it means and why it matters; Markdown
	Fix      string   // what to change, in one or two sentences; empty where only the reader can tell
	Example  string   // a response, or a part of one, that breaks it
}
