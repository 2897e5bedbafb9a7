package recording

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var wireMockFormat = Format{
	Name:   "WireMock",
	Of:     "mappings, one or many, and the journal of requests",
	Sign:   "an object with `request` and `response` that has a member that only WireMock has, such as `urlPath`, `jsonBody` or `priority`, or whose method is `ANY`; `mappings`, which may be an empty list if there is nothing else but `meta`; `requests` with `responseDefinition`",
	Record: "`wiremock --record-mappings`, the recorder at `/__admin/recorder`, or the mappings that people write by hand. `GET /__admin/mappings` gives them all, `GET /__admin/requests` the journal.",
	Notes:  "The body is `jsonBody`, `body`, `base64Body`, or the file `bodyFileName` in a folder `__files` beside the recording or up to three levels further up; a missing file is `capture-unreadable`. A mapping with `ANY` is checked as one with `GET`. If the URL is a regular expression, the URL of the request is not known. A template, a fault and a proxy have no body.",

	recognises: isWireMock,
	read:       (*reader).wireMock,
}

// Members that only mappings of WireMock have.
var (
	wireMockMembers  = []string{"uuid", "priority", "scenarioName", "requiredScenarioState", "newScenarioState", "persistent", "insertionIndex", "postServeActions", "responseDefinition"}
	wireMockRequest  = []string{"urlPath", "urlPattern", "urlPathPattern", "urlPathTemplate", "bodyPatterns", "queryParameters"}
	wireMockResponse = []string{"jsonBody", "base64Body", "bodyFileName", "transformers", "proxyBaseUrl", "fault", "fixedDelayMilliseconds", "delayDistribution"}
)

// wireMockFolders are the folders in which files with bodies are looked for,
// relative to the recording.
var wireMockFolders = []string{"__files", "../__files", "../../__files", "../../../__files"}

// isWireMock recognises the forms in which WireMock writes mappings.
func isWireMock(b beginning) bool {
	return isWireMockList(b) || isWireMockJournal(b) || isWireMockMapping(b)
}

// wireMock reads mappings, or the journal of requests.
func (r *reader) wireMock() error {
	switch b := r.beginning(); {
	case isWireMockList(b):
		return containerOf((*reader).wireMockEntry, "mappings")(r)
	case isWireMockJournal(b):
		return containerOf((*reader).wireMockEntry, "requests")(r)
	}
	return entriesOf((*reader).wireMockEntry)(r)
}

// isWireMockMapping recognises a single mapping. One without any of the members
// above is read as an exchange, which has the same form.
func isWireMockMapping(b beginning) bool {
	request, response := b.object("request"), b.object("response")
	if request.members == nil || response.members == nil || response.has("content") || b.hasAny("time", "startedDateTime") {
		return false
	}
	return b.hasAny(wireMockMembers...) || request.hasAny(wireMockRequest...) || response.hasAny(wireMockResponse...) ||
		string(request.members["method"]) == `"ANY"`
}

// isWireMockList recognises mappings as WireMock exports them.
func isWireMockList(b beginning) bool {
	if b.isListOf("mappings") { // if it is empty, the members beside it decide
		return len(b.members) == 1 || len(b.members) == 2 && b.has("meta")
	}
	first := b.firstOf("mappings")
	return !b.list && first.has("request") && first.hasAny("response", "id", "uuid")
}

// isWireMockJournal recognises the requests that WireMock served.
func isWireMockJournal(b beginning) bool {
	return !b.list && b.firstOf("requests").hasAny("responseDefinition", "wasMatched")
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
	m := exchangeHead{
		method: text(request.At("method")), url: wireMockURL(request), request: wireMockHeader(e, request.At("headers")),
		status: http.StatusOK, response: e.headerOf(response.At("headers")), // the status that is served if none is stated
	}
	if status := response.At("status"); status != nil && status.Kind != jsonvalue.Null {
		m.status = integer(status)
	}
	if m.method == "ANY" {
		m.method = http.MethodGet // one of those that match
	}
	m.applyTo(x)
	body := r.setWireMockBody(x, e, response)
	r.addFaults(x, e, faults, body)
	return x
}

// setWireMockBody sets the body of x, which a mapping states in one of five
// ways.
func (r *reader) setWireMockBody(x *plumb.Exchange, e *entry, response *jsonvalue.Value) *jsonvalue.Value {
	body := response.At("body")
	base64 := response.At("base64Body")
	if base64 == nil {
		base64 = response.At("bodyAsBase64")
	}
	jsonBody := response.At("jsonBody")
	switch {
	case response.At("fault") != nil:
		x.Response.Body.Missing = "a mapping that responds with a network fault"
	case response.At("proxyBaseUrl") != nil:
		x.Response.Body.Missing = "a mapping that forwards the request, and has no response"
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
		file := response.At("bodyFileName")
		r.setAttached(x, attachment{name: text(file), folders: wireMockFolders}, e.place(file.Start))
	default:
		x.Response.Body.Missing = noBody
	}
	return nil
}

// isWireMockTemplate reports whether the body is a template, which is filled in
// when it is served.
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

// wireMockURL returns the URL that a mapping is for, or "" if that is a regular
// expression.
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
func wireMockHeader(e *entry, v *jsonvalue.Value) http.Header {
	h := e.headerOf(v)
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
