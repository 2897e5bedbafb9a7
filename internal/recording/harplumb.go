package recording

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/redact"
)

// writtenPlumb is the field "_plumb" of an entry (HAR allows custom fields that
// begin with an underscore): what was known when the live exchange was checked,
// and has no field in HAR. An entry with it has the body as it was checked, so
// that checking the recording gives the same findings.
type writtenPlumb struct {
	Target  string          `json:"target,omitempty"`
	Missing string          `json:"missing,omitempty"` // why there is no body
	Defects []writtenDefect `json:"defects,omitempty"`
}

// writtenDefect is a defect that was found in the live exchange and does not
// show in what is written.
type writtenDefect struct {
	Rule    string `json:"rule"`
	Message string `json:"message"`
	Found   string `json:"found,omitempty"`
}

func writtenDefects(all []plumb.Defect, clean *redact.Cleaner) []writtenDefect {
	var kept []writtenDefect
	for _, d := range all {
		kept = append(kept, writtenDefect{d.Rule, d.Message, clean.Text(d.Found)})
	}
	return kept
}

// setPlumb sets what plumb itself has written of x: known is the field of the
// entry. Nothing has to be guessed here, unlike with other recorders.
func (r *reader) setPlumb(x *plumb.Exchange, e *entry, known, content *jsonvalue.Value) {
	x.Request.Target = text(known.At("target"))
	if defects := known.At("defects"); defects != nil {
		for _, d := range defects.Items {
			x.Defects = append(x.Defects, plumb.Defect{
				Rule:    text(d.At("rule")),
				Message: text(d.At("message")),
				Found:   text(d.At("found")),
				Place:   x.Place,
			})
		}
	}
	body := content.At("text")
	switch missing := text(known.At("missing")); {
	case missing != "":
		x.Response.Body.Missing = missing
	case body == nil:
		x.Response.Body.Missing = noBody
	case body.Kind != jsonvalue.String:
		r.setText(x, e, body) // somebody edited it
	case !isBase64(content):
		r.setWhole(x, bytesOf(body.Text), e.locateInString(body))
	default:
		line := e.place(body.Start).Line
		if data, ok := decodeEntry(x, e, body); ok {
			r.setWhole(x, data, onLine(line))
		}
	}
}

// setWhole sets the body of x to one whose Content-Encoding is undone already.
func (r *reader) setWhole(x *plumb.Exchange, body []byte, locate func(int) (int, int)) {
	if int64(len(body)) > r.lim.Body { // the limit was higher when the body was recorded
		r.setUndecoded(x, errBodyLimit, locate)
		return
	}
	x.Response.Body = plumb.Body{Bytes: body, Locate: locate}
}
