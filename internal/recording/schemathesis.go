package recording

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var schemathesisFormat = Format{
	Name:   "schemathesis",
	Of:     "its report ndjson",
	Sign:   "the first line has `Initialize.schemathesis_version`",
	Record: "`st run api.yaml --report ndjson`.",
	Notes:  "The exchanges are in the events `ScenarioFinished`.",

	recognises: isSchemathesis,
	read:       (*reader).schemathesis,
}

// isSchemathesis recognises the events that schemathesis 4 reports as NDJSON.
// The first one names the program.
func isSchemathesis(b beginning) bool {
	return !b.list && (b.object("Initialize").has("schemathesis_version") || b.object("ScenarioFinished").has("recorder"))
}

// schemathesis reads the exchanges of the scenarios. Other events contain none.
func (r *reader) schemathesis() error {
	return r.eachLine(func(e *entry) error {
		x := &plumb.Exchange{}
		v, faults := r.parse(e, x)
		if v == nil {
			return r.give(x)
		}
		interactions := v.At("ScenarioFinished", "recorder", "interactions")
		if interactions == nil {
			return nil
		}
		for _, m := range interactions.Members {
			if err := r.give(r.interactionOf(e, m.Value, faults)); err != nil {
				return err
			}
		}
		return nil
	})
}

// interactionOf reads one exchange of a scenario.
func (r *reader) interactionOf(e *entry, v *jsonvalue.Value, faults []jsonvalue.Fault) *plumb.Exchange {
	x := &plumb.Exchange{Place: e.place(v.Start)}
	request, response := v.At("request"), v.At("response")
	if request == nil {
		return unusable(x, "request")
	}
	exchangeHead{
		method: text(request.At("method")), url: text(request.At("uri")), request: e.headerOf(request.At("headers")),
		status: integer(response.At("status_code")), response: e.headerOf(response.At("headers")),
		time: unixTime(float(v.At("timestamp"))),
	}.applyTo(x)
	content := response.At("content")
	encoded := content.At("$base64")
	switch {
	case response == nil || response.Kind == jsonvalue.Null:
		x.Response.Body.Missing = "the request got no response"
	case encoded != nil:
		r.setBase64(x, e, encoded)
	case content == nil || content.Kind == jsonvalue.Null:
		x.Response.Body.Missing = noBody
	default:
		r.setText(x, e, content)
	}
	r.addFaults(x, e, faultsWithin(faults, v), content)
	return x
}
