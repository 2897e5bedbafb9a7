package recording

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var accessLogFormat = Format{
	Name:   "Access logs",
	Of:     "of Kong, Envoy and AWS API Gateway, in JSON",
	Sign:   "an object with `request.uri`, `response.status` and `latencies` or `started_at`; with `response_code`, a method and a path; or with `status`, `requestId` and `httpMethod` or `routeKey`",
	Record: "The plugins `http-log` and `file-log` of Kong; `json_format` of an access log of Envoy; `$context` variables of AWS API Gateway, in JSON.",
	Notes:  "Users choose the names of the members; plumb knows those in the documentation of each product. The logs contain no bodies, so only the method, the path and the status of a line are checked, and the report says so. A line with status 0 got no response.",

	recognises: isGatewayLog,
	read:       entriesOf((*reader).gatewayEntry),
}

// isGatewayLog recognises access logs in JSON: of Kong, of Envoy and of AWS API
// Gateway, whose users choose the names of the members themselves. The names
// here are those in their documentation.
func isGatewayLog(b beginning) bool {
	switch {
	case b.has("request", "response"):
		return isKongLine(b)
	case b.hasAny("response_code", "responseCode", "response_status"):
		return b.hasAny(logMethods...) && b.hasAny(logPaths...)
	case b.has("status") && b.hasAny("requestId", "extendedRequestId"):
		return b.hasAny("httpMethod", "routeKey")
	}
	return false
}

func isKongLine(b beginning) bool {
	return b.hasAny("latencies", "started_at") && b.object("request").hasAny("uri", "url") && b.object("response").has("status")
}

// Names of members with the same meaning.
var (
	logMethods  = []string{"method", ":method", "request_method", "httpMethod"}
	logPaths    = []string{"x-envoy-original-path", "original_path", "path", ":path", "request_path", "uri_path", "resourcePath"}
	logStatuses = []string{"response_code", "responseCode", "response_status", "status"}
	logHosts    = []string{"authority", ":authority", "host"}
	logTimes    = []string{"start_time", "requestTime", "requestTimeEpoch", "timestamp", "time"}
)

const keptWithoutBody = "a line of an access log, which is kept without its body"

// gatewayEntry reads a line of an access log.
func (r *reader) gatewayEntry(e *entry) *plumb.Exchange {
	x := &plumb.Exchange{}
	v, faults := r.parse(e, x)
	if v == nil {
		return x
	}
	if request, response := v.Member("request"), v.Member("response"); request != nil && response != nil {
		r.kongEntry(x, e, v)
	} else {
		accessLine(x, v)
	}
	switch {
	case x.Request.URL != "" && isUnanswered(v):
		x.Response.Body.Missing = statusZero
	case x.Request.URL == "" || x.Response.Status == 0:
		return unusable(x, "method, path or status")
	}
	r.addFaults(x, e, faults, nil)
	return x
}

// isUnanswered reports whether a line says that the client went away before
// there was a response.
func isUnanswered(v *jsonvalue.Value) bool {
	status := v.At("response", "status")
	if status == nil {
		status = logMember(v, logStatuses)
	}
	return status != nil && status.Text == "0"
}

// kongEntry reads a line of the plugins http-log, file-log and similar ones. It
// has a body only if a user added it.
func (r *reader) kongEntry(x *plumb.Exchange, e *entry, v *jsonvalue.Value) {
	request, response := v.Member("request"), v.Member("response")
	url := text(request.At("url"))
	if url == "" {
		url = text(request.At("uri"))
	}
	exchangeHead{
		method: text(request.At("method")), url: url, request: e.headerOf(request.At("headers")),
		status: integer(response.At("status")), response: e.headerOf(response.At("headers")),
		time: unixTime(float(v.Member("started_at"))),
	}.applyTo(x)
	if body := response.At("body"); body != nil && body.Kind != jsonvalue.Null {
		r.setJSONOrText(x, e, body)
	} else {
		x.Response.Body.Missing = keptWithoutBody
	}
}

// accessLine reads a line of Envoy or of AWS API Gateway.
func accessLine(x *plumb.Exchange, v *jsonvalue.Value) {
	m := exchangeHead{
		method: logText(v, logMethods), url: logText(v, logPaths), status: integer(logMember(v, logStatuses)),
		time: logTime(logMember(v, logTimes)),
	}
	// The path of AWS begins with the name of the stage; a route does not.
	if method, path, ok := strings.Cut(text(v.Member("routeKey")), " "); ok {
		m.method, m.url = method, path
	} else if path := text(v.Member("resourcePath")); path != "" {
		m.url = path
	}
	if host := logText(v, logHosts); host != "" && host != "-" && strings.HasPrefix(m.url, "/") {
		m.url = "https://" + host + m.url
	}
	if media := text(v.Member("content_type")); media != "" {
		m.response = withContentType(http.Header{}, media)
	}
	m.applyTo(x)
	x.Response.Body.Missing = keptWithoutBody
}

// logMember returns the first of the members that has a value; "-" counts as
// none.
func logMember(v *jsonvalue.Value, names []string) *jsonvalue.Value {
	for _, name := range names {
		if m := v.Member(name); m != nil && m.Kind != jsonvalue.Null && m.Text != "" && m.Text != "-" {
			return m
		}
	}
	return nil
}

func logText(v *jsonvalue.Value, names []string) string { return text(logMember(v, names)) }

// logTime reads a time in RFC 3339 or the Common Log Format, or as a number of
// seconds or milliseconds.
func logTime(v *jsonvalue.Value) time.Time {
	if v == nil {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339Nano, "02/Jan/2006:15:04:05 -0700"} {
		if t, err := time.Parse(layout, v.Text); err == nil {
			return t
		}
	}
	return unixTime(float(v))
}

// float returns the value of a number, or of a string that contains one, and 0
// for anything else.
func float(v *jsonvalue.Value) float64 {
	if v == nil {
		return 0
	}
	f, err := strconv.ParseFloat(v.Text, 64)
	if err != nil {
		return 0
	}
	return f
}
