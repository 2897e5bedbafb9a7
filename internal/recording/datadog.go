package recording

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var datadogFormat = Format{
	Name:   "Datadog",
	Of:     "test recordings of Datadog's API clients",
	Sign:   "an object with `recordings`, whose first element has `interactions`",
	Record: "The tests of the clients, with `RECORD=true`.",
	Notes:  "The time is `frozen_at` of the recording. The requests have no host.",

	recognises: isDatadog,
	read:       (*reader).datadog,
}

// isDatadog recognises a list of recordings, each with its interactions.
func isDatadog(b beginning) bool {
	return !b.list && b.firstOf("recordings").hasAny("interactions", "frozen_at")
}

// datadog reads such a file. The interactions are in lists within a list, and
// the time is beside each inner list, so the whole file is one entry.
func (r *reader) datadog() error {
	return r.values(func(byte) (bool, error) {
		e := r.src.cut(r.lim.Entry, &valueScanner{})
		x := &plumb.Exchange{}
		v, faults := r.parse(e, x)
		if v == nil {
			return e.ended, r.give(x)
		}
		recordings := v.Member("recordings")
		if recordings == nil {
			return e.ended, r.give(unusable(x, "recordings"))
		}
		for _, recording := range recordings.Items {
			interactions := recording.At("interactions")
			if interactions == nil {
				continue
			}
			for _, v := range interactions.Items {
				if err := r.give(r.datadogInteraction(e, v, text(recording.At("frozen_at")), faults)); err != nil {
					return false, err
				}
			}
		}
		return e.ended, nil
	})
}

// datadogInteraction reads one interaction.
func (r *reader) datadogInteraction(e *entry, v *jsonvalue.Value, frozen string, faults []jsonvalue.Fault) *plumb.Exchange {
	x := &plumb.Exchange{Place: e.place(v.Start)}
	request, response := v.At("request"), v.At("response")
	if request == nil || response == nil {
		return unusable(x, "request or no response")
	}
	header := e.headerOf(response.At("headers"))
	exchangeHead{
		method: text(request.At("method")), url: withQuery(text(request.At("path")), strings.Join(datadogQuery(request.At("query")), "&"), nil),
		request: withContentType(http.Header{}, text(request.At("content_type"))),
		status:  integer(response.At("status")), response: header, time: firstTime(header, frozen),
	}.applyTo(x)
	body := response.At("body", "value")
	switch {
	case body == nil || body.Kind == jsonvalue.Null:
		x.Response.Body.Missing = noBody
	case isBase64(response.At("body")):
		r.setBase64(x, e, body)
	default:
		r.setText(x, e, body)
	}
	r.addFaults(x, e, faultsWithin(faults, v), body)
	return x
}

// datadogQuery reads a list of parameters, each {name, value} or [name, value].
func datadogQuery(v *jsonvalue.Value) []string {
	if v == nil {
		return nil
	}
	var parts []string
	for _, item := range v.Items {
		name, value := item.At("name"), item.At("value")
		if len(item.Items) == 2 {
			name, value = item.Items[0], item.Items[1]
		}
		if text(name) != "" {
			parts = append(parts, url.QueryEscape(text(name))+"="+url.QueryEscape(text(value)))
		}
	}
	return parts
}
