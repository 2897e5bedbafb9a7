package validator

import (
	"net/http"
	"slices"
	"time"

	"github.com/plumbapi/plumb/spec"
)

// Masked is in the place of a credential that was taken out of a recording, or
// is in a text around what was left of it. Of a string with it only the presence
// and the type are checked.
const Masked = "[redacted]"

// Exchange is one request and its response, as recorded or as seen live. The
// readers make them; [Validator.Check] reads them and changes nothing in them.
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

// ownTime is the time that a response has by itself: by the clock of its server
// where that tells it (RFC 9110, 6.6.1), else that of the recorder. To the
// timestamps in the body, the clock of the recorder may be a stranger.
func (x *Exchange) ownTime() time.Time {
	if date := x.Response.Header.Get("Date"); date != "" {
		if t, err := http.ParseTime(date); err == nil {
			return t
		}
	}
	return x.Time
}

// Request is what rules need to know of a request. Its zero value stands for
// a bare body, of which no request is known.
type Request struct {
	Method string      // in upper case; empty where the recording does not say
	URL    string      // as recorded: absolute, or from the path on
	Header http.Header // empty where the recording does not say
}

// says reports whether one of the headers is among those of the request, or can
// be, since the recording does not say.
func (r *Request) says(names ...string) bool {
	return len(r.Header) == 0 || slices.ContainsFunc(names, func(name string) bool { return r.Header.Get(name) != "" })
}

// Response is a response, or a bare body.
type Response struct {
	Status int         // 0 where the recording does not say, as with a bare body
	Header http.Header // nil where the recording does not say
	Body   Body
}

// unlabelled reports whether headers were recorded, and none says the media type.
func (r *Response) unlabelled() bool { return len(r.Header) > 0 && r.Header.Get("Content-Type") == "" }

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
	Found   string // what stands there; may be empty
	Allowed string // what is expected; may be empty
	Place   Place

	Description spec.Place // of what is expected; zero where it is written nowhere
}
