package recording

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lazyregexp"
)

var mitmproxyFormat = Format{
	Name:   "mitmproxy",
	Of:     "saved flows, and HAR files whose name ends with .zhar",
	Sign:   "the length of a flow, a colon, and a name",
	Record: "`mitmdump -w flows.mitm`, or `w` in mitmproxy.",
	Notes:  "The host in the URL is the one that the client used. A body that was streamed is not in the file. If a flow has an `error`, and its response has no `timestamp_end` or ends within JSON, the response is incomplete, which is `capture-truncated`. Flows of TCP, UDP and DNS are counted as skipped. A HAR file that mitmproxy saves as `.zhar` is compressed with zlib, and is decompressed.",

	recognises: isFlowFile,
	read:       (*reader).flowFile,
}

// flowStart matches the beginning of a file of flows: the length of a
// dictionary, and the first of its names.
var flowStart = lazyregexp.New(`^[0-9]{1,12}:[0-9]{1,3}:[a-z_]+[;,]`)

// isFlowFile recognises a file that mitmproxy has saved.
func isFlowFile(b beginning) bool { return flowStart().Match(b.head) }

// flowFile reads the consecutive flows of a file.
func (r *reader) flowFile() error {
	for {
		if _, ok := r.src.next(); !ok {
			return nil
		}
		flow := &flowScanner{}
		e := r.src.cut(r.lim.Entry, flow)
		if flow.wrong {
			return r.lost("the length of a flow")
		}
		if err := r.parseLater(e, (*reader).flow); err != nil || !e.ended {
			return err
		}
	}
}

// flowScanner takes one flow: its length, a colon, as many bytes, and a brace.
type flowScanner struct {
	left   int64 // after the colon
	opened bool  // the colon has been read
	wrong  bool  // it is not a flow
}

func (f *flowScanner) scan(window []byte) (int, bool) {
	i := 0
	for ; !f.opened && i < len(window); i++ {
		switch c := window[i]; {
		case c == ':':
			f.opened = true
			f.left++ // the brace
		case c < '0' || c > '9' || f.left > 1e12:
			f.wrong = true
			return i, true
		default:
			f.left = 10*f.left + int64(c-'0')
		}
	}
	n := int(min(f.left, int64(len(window)-i)))
	f.left -= int64(n)
	return i + n, f.opened && f.left == 0
}

// flow reads an HTTP flow.
func (r *reader) flow(e *entry) *plumb.Exchange {
	x := &plumb.Exchange{Place: e.start}
	switch {
	case e.large:
		return r.tooLarge(e)
	case !e.ended:
		unreadable(x, e.cutOff())
		return x
	}
	v, _, ok := cutFlow(e.data, 0)
	request, response := v.at("request"), v.at("response")
	for _, part := range []flowValue{v, request, response, v.at("error")} {
		ok = ok && (part.isNull() || part.kind == '}' && part.isComplete())
	}
	if !ok {
		unreadable(x, plumb.Defect{Rule: "capture-unreadable", Message: "the flow is not a dictionary of tnetstrings", Place: e.start})
		return x
	}
	if request.isNull() {
		x.Response.Body.Missing = "a flow that is not HTTP"
		return x
	}
	status, _ := strconv.Atoi(firstText(response.at("status_code"), response.at("code")))
	exchangeHead{
		method: request.at("method").text(), url: flowURL(request), request: flowHeader(request.at("headers")),
		status: status, response: flowHeader(response.at("headers")),
		time: flowTime(response),
	}.applyTo(x)
	switch body, failure := response.at("content"), v.at("error").at("msg").text(); {
	case response.isNull():
		x.Response.Body.Missing = "the request got no response"
	case body.isNull():
		x.Response.Body.Missing = noBody // it was streamed
	case failure != "" && (response.at("timestamp_end").isNull() || isCutOff(body.content)): // not an error after the end
		markFailed(x, failure, e.place(body.start))
	default:
		r.setBody(x, body.content, e.locate(body.start))
	}
	return x
}

// firstText returns the first text that is not empty.
func firstText(values ...flowValue) string {
	for _, v := range values {
		if text := v.text(); text != "" {
			return text
		}
	}
	return ""
}

// flowURL returns the URL with the host that the client used, which is not the
// field "host" of a transparent proxy.
func flowURL(request flowValue) string {
	scheme, host, path := request.at("scheme").text(), request.at("authority").text(), request.at("path").text()
	if host == "" {
		host = flowHeader(request.at("headers")).Get("Host")
	}
	if host == "" {
		host = request.at("host").text()
		if port := request.at("port").text(); port != "" && port != map[string]string{"http": "80", "https": "443"}[scheme] {
			host += ":" + port
		}
	}
	if scheme == "" {
		return host + path
	}
	return scheme + "://" + host + path
}

// flowHeader reads a list of pairs. The pseudo-headers of HTTP/2, which begin
// with a colon, are left out.
func flowHeader(v flowValue) http.Header {
	h := http.Header{}
	for pair := range v.items() {
		var parts []string
		for part := range pair.items() {
			if parts = append(parts, part.text()); len(parts) > 2 {
				break
			}
		}
		if len(parts) == 2 && !strings.HasPrefix(parts[0], ":") {
			h.Add(parts[0], parts[1])
		}
	}
	return h
}

// flowTime returns when a response was complete, or, if it was streamed, when
// it began.
func flowTime(response flowValue) time.Time {
	seconds, err := strconv.ParseFloat(firstText(response.at("timestamp_end"), response.at("timestamp_start")), 64)
	if err != nil {
		return time.Time{}
	}
	return unixTime(seconds)
}
