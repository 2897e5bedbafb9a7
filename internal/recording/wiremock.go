package recording

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Members that only mappings of WireMock have.
var (
	wireMockMembers  = []string{"uuid", "priority", "scenarioName", "requiredScenarioState", "newScenarioState", "persistent", "insertionIndex", "postServeActions", "responseDefinition"}
	wireMockRequest  = []string{"urlPath", "urlPattern", "urlPathPattern", "urlPathTemplate", "bodyPatterns", "queryParameters"}
	wireMockResponse = []string{"jsonBody", "base64Body", "bodyFileName", "transformers", "proxyBaseUrl", "fault", "fixedDelayMilliseconds", "delayDistribution"}
)

// isWireMock recognises a mapping of WireMock by itself. One that has none of
// the members above is read as an exchange, which it is.
func isWireMock(o beginning) bool {
	request, response := o.object("request"), o.object("response")
	if request.members == nil || response.members == nil || response.has("content") || o.hasAny("time", "startedDateTime") {
		return false
	}
	return o.hasAny(wireMockMembers...) || request.hasAny(wireMockRequest...) || response.hasAny(wireMockResponse...) ||
		string(request.members["method"]) == `"ANY"`
}

// isWireMockList recognises mappings as WireMock exports them.
func isWireMockList(o beginning) bool {
	first := o.firstOf("mappings")
	return !o.list && first.has("request") && first.hasAny("response", "id", "uuid")
}

// isWireMockJournal recognises the requests that WireMock served.
func isWireMockJournal(o beginning) bool {
	return !o.list && o.firstOf("requests").hasAny("responseDefinition", "wasMatched")
}

// wireMockEntry reads a mapping, or a request that was served.
func (r *reader) wireMockEntry(e *entry) *plumb.Exchange {
	x := &plumb.Exchange{}
	v, faults := r.parse(e, x)
	if v == nil {
		return x
	}
	request, response := v.Member("request"), v.Member("response")
	if response == nil {
		response = v.Member("responseDefinition")
	}
	if request == nil || response == nil {
		return unusable(x, "request or no response")
	}
	m := message{
		method: text(request.At("method")), url: wireMockURL(request), request: wireMockHeader(request.At("headers")),
		status: http.StatusOK, response: headerOf(response.At("headers")), // the status that is served where none is stated
	}
	if status := response.At("status"); status != nil {
		m.status = integer(status)
	}
	if m.method == "ANY" {
		m.method = http.MethodGet // which is one of them
	}
	m.describe(x)
	body := r.setWireMockBody(x, e, response)
	r.addFaults(x, e, faults, body)
	return x
}

// setWireMockBody gives x the body that a mapping states in one of five ways.
func (r *reader) setWireMockBody(x *plumb.Exchange, e *entry, response *jsonvalue.Value) *jsonvalue.Value {
	body := response.At("body")
	base64 := response.At("base64Body")
	if base64 == nil {
		base64 = response.At("bodyAsBase64")
	}
	jsonBody := response.At("jsonBody")
	switch {
	case response.At("fault") != nil:
		x.Response.Body.Missing = "a mapping that answers with a fault of the network"
	case response.At("proxyBaseUrl") != nil:
		x.Response.Body.Missing = "a mapping that passes the request on, and has no response"
	case isWireMockTemplate(response):
		x.Response.Body.Missing = "the body is a template"
	case jsonBody != nil:
		r.setBody(x, e.data[jsonBody.Start:jsonBody.End], e.locate(jsonBody.Start))
		return jsonBody
	case base64 != nil:
		r.setBase64(x, e, base64)
	case body != nil && body.Kind == jsonvalue.String:
		r.setText(x, e, body)
		return body
	case body != nil && body.Kind != jsonvalue.Null:
		r.setJSONOrText(x, e, body)
		return body
	case text(response.At("bodyFileName")) != "":
		r.setAttached(x, text(response.At("bodyFileName")))
	default:
		x.Response.Body.Missing = noBody
	}
	return nil
}

// isWireMockTemplate reports whether values are put into the body when it is
// served.
func isWireMockTemplate(response *jsonvalue.Value) bool {
	transformers := response.At("transformers")
	if transformers == nil {
		return false
	}
	for _, item := range transformers.Items {
		if text(item) == "response-template" {
			return true
		}
	}
	return false
}

// wireMockURL is the URL that a mapping is for; empty where it is for those
// that match a regular expression.
func wireMockURL(request *jsonvalue.Value) string {
	for _, name := range []string{"absoluteUrl", "url", "urlPath", "urlPathTemplate"} {
		if url := text(request.At(name)); url != "" {
			return url
		}
	}
	for _, name := range []string{"urlPattern", "urlPathPattern"} {
		if url := text(request.At(name)); url != "" && regexp.QuoteMeta(url) == url {
			return url
		}
	}
	return ""
}

// wireMockHeader reads headers that are strings, or matchers of strings.
func wireMockHeader(v *jsonvalue.Value) http.Header {
	h := headerOf(v)
	if h == nil {
		return nil
	}
	for _, m := range v.Members {
		for _, name := range []string{"equalTo", "contains"} {
			if value := text(m.Value.At(name)); value != "" {
				h.Add(strings.TrimSpace(m.Name), value)
			}
		}
	}
	return h
}
