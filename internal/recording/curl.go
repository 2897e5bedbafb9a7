package recording

import (
	"bytes"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/redact"
)

var curlFormat = Format{
	Name:   "curl -i",
	Of:     "its output: status line, headers, body",
	Sign:   "the first line is a status line, `HTTP/1.1 200 OK` or `HTTP/2 200`",
	Record: "`curl -i URL > answer.txt`.",
	Notes:  "There is no request.",

	recognises: isCurl,
	read:       (*reader).curlDump,
}

// statusLine is the first line of a response.
var statusLine = regexp.MustCompile(`^HTTP/[0-9]+(?:\.[0-9]+)? +([0-9]{3})(?:\s|$)`)

func isCurl(b beginning) bool { return statusLine.Match(b.firstLine()) }

// curlDump reads what curl -i writes: for each response the status line, the
// headers, a blank line, and the body, whose chunks curl has joined.
func (r *reader) curlDump() error {
	if _, ok := r.src.next(); !ok {
		return nil
	}
	for r.src.window() != nil {
		x := r.curlHead()
		e := r.curlBody()
		switch {
		case x.Response.Body.Missing != "":
			// It ends within the headers.
		case r.isInterim(x, e):
			x.Response.Body.Missing = "an interim response, which curl did not stop at"
		case e.large:
			unreadable(x, r.tooLarge(e).Defects[0])
		case len(e.data) == 0 && announced(x) > 0:
			x.Response.Body.Missing = "the recording holds nothing of the body that Content-Length announces"
		default:
			r.setCurlBody(x, e)
		}
		if err := r.give(x); err != nil {
			return err
		}
	}
	return nil
}

// curlHead reads the status line and the headers.
func (r *reader) curlHead() *plumb.Exchange {
	x := &plumb.Exchange{Place: r.src.place()}
	x.Response.Header = http.Header{}
	first := r.src.cut(r.lim.Entry, lines{})
	if m := statusLine.FindSubmatch(first.data); m != nil {
		x.Response.Status, _ = strconv.Atoi(string(m[1]))
	}
	for {
		e := r.src.cut(r.lim.Entry, lines{})
		line := strings.TrimRight(string(e.data), "\r\n")
		name, value, ok := strings.Cut(line, ":")
		switch {
		case !e.ended:
			unreadable(x, e.cutOff())
			return x
		case line == "" && !e.large:
			x.Time = firstTime(x.Response.Header, "")
			x.Secrets = redact.Credentials("", nil, x.Response.Header)
			return x
		case ok:
			x.Response.Header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		default:
			x.Defects = append(x.Defects, plumb.Defect{
				Rule: "capture-unreadable", Message: "this line is not a header", Place: e.start,
			})
		}
	}
}

// curlBody reads the lines up to the next status line.
func (r *reader) curlBody() *entry {
	e := &entry{start: r.src.place()}
	for {
		b := r.src.window()
		if len(b) < len("HTTP/1.1 200 ") {
			b, _ = r.src.head()
		}
		if len(b) == 0 || statusLine.Match(b) {
			e.join()
			return e
		}
		r.src.extend(e, r.lim.Entry, lines{})
	}
}

// isInterim reports whether curl went on from a response to the next one: an
// informational one, a redirect, or the answer of a proxy.
func (r *reader) isInterim(x *plumb.Exchange, e *entry) bool {
	if len(e.data) > 0 || e.large {
		return false
	}
	class := x.Response.Status / 100
	isLast := r.src.window() == nil
	return class == 1 || !isLast && (class == 3 || class == 2 && announced(x) < 0 && len(x.Response.Header) == 0)
}

// announced is the length that the headers announce, or -1. It is that of the
// encoded body, of which curl writes the decoded one.
func announced(x *plumb.Exchange) int {
	n, err := strconv.Atoi(x.Response.Header.Get("Content-Length"))
	if err != nil || n < 0 || x.Response.Header.Get("Content-Encoding") != "" {
		return -1
	}
	return n
}

// setCurlBody gives x the body, which is what the header announces if that
// agrees with what is there.
func (r *reader) setCurlBody(x *plumb.Exchange, e *entry) {
	length := announced(x)
	body := e.data
	switch {
	case length > len(body):
		unreadable(x, plumb.Defect{
			Rule: "capture-truncated", Message: "the body is shorter than Content-Length announces",
			Found: strconv.Itoa(len(body)) + " of " + strconv.Itoa(length) + " bytes", Place: e.place(len(body)),
		})
		return
	case length >= 0 && len(bytes.TrimSpace(body[length:])) == 0:
		body = body[:length]
	}
	r.setBody(x, body, e.locate(0))
}
