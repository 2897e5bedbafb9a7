package outcome

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// Request is what an occurrence has of the request of its exchange. What the
// recording does not have is empty.
type Request struct {
	Method string `json:"method,omitempty"`
	URL    string `json:"url,omitempty"` // as recorded, without credentials, shortened
}

// What is kept is at most so long, in bytes.
const (
	longestMethod = 100
	longestURL    = 2000
)

// request returns the request of an exchange. It is called for occurrences that
// are kept: no other exchange pays for it.
func (o *Outcome) request(clean *cleaner) Request {
	from := &clean.x.Request
	if from.Method == "" && from.URL == "" {
		return Request{}
	}
	declared := func(name string) bool { return o.v != nil && o.v.Declares("query", name) }
	return Request{
		Method: textfmt.Shorten(valid(clean.get().Text(from.Method)), longestMethod),
		URL:    textfmt.Shorten(valid(clean.get().URL(from.URL, declared)), longestURL),
	}
}

// exchangeID identifies an exchange by its place in the recordings.
type exchangeID struct {
	file  string
	entry int
}

func idOf(at plumb.Place) exchangeID { return exchangeID{at.File, at.Entry} }
