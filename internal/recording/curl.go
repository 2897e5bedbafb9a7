package recording

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lazyregexp"
	"github.com/plumbapi/plumb/internal/redact"
)

var curlFormat = Format{
	Name:   "curl -i",
	Of:     "its output: status line, headers, body",
	Sign:   "the first line is a status line, `HTTP/1.1 200 OK` or `HTTP/2 200`",
	Record: "`curl -i URL > answer.txt`.",
	Notes:  "There is no request. A body ends where `Content-Length` says, if that agrees with the text, and otherwise at the next status line, which may follow JSON without a line feed.",

	recognises: isCurl,
	read:       (*reader).curlDump,
}

// statusLine is the first line of a response.
var statusLine = lazyregexp.New(`^HTTP/[0-9]+(?:\.[0-9]+)? +([0-9]{3})(?:\s|$)`)

// joinedStatus matches the end of JSON and the status line of the next response
// on one line. It cannot match within JSON, since a JSON string contains no
// line feed.
var joinedStatus = lazyregexp.New(`[}\]]HTTP/[0-9]+(?:\.[0-9]+)? +[0-9]{3}(?: [^\r\n"]*)?\r?\n$`)

func isCurl(b beginning) bool { return statusLine().Match(b.firstLine()) }

// curlDump reads what curl -i writes: for each response the status line, the
// headers, a blank line, and the body, whose chunks curl has joined.
func (r *reader) curlDump() error {
	if _, ok := r.src.next(); !ok {
		return nil
	}
	for r.src.window() != nil {
		x := r.curlHead()
		length, _ := strconv.Atoi(x.Response.Header.Get("Content-Length"))
		e := r.curlBody(length)
		switch {
		case x.Response.Body.Missing != "":
			// The recording ends within the headers.
		case r.isInterim(x, e):
			x.Response.Body.Missing = "an interim response, followed by another one"
		case e.large:
			unreadable(x, r.tooLarge(e).Defects[0])
		case len(e.data) == 0 && announced(x) > 0:
			x.Response.Body.Missing = nothingOfBody
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
	first := r.src.cut(r.lim.Entry, lineScanner{})
	if m := statusLine().FindSubmatch(first.data); m != nil {
		x.Response.Status, _ = strconv.Atoi(string(m[1]))
	}
	for {
		e := r.src.cut(r.lim.Entry, lineScanner{})
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

// curlBody reads up to the next status line, which is at the beginning of a
// line, or, if the body does not end with a line feed, directly after the body:
// after as many bytes as the headers announce, or after JSON.
func (r *reader) curlBody(length int) *entry {
	e := &entry{start: r.src.place()}
	for ended := false; !ended; {
		b, whole := r.src.window(), false
		if bytes.IndexByte(b, '\n') < 0 {
			b, whole = r.src.head()
		}
		if len(b) == 0 || statusLine().Match(b) {
			break
		}
		var n int
		n, ended = curlLine(b, length-e.size, whole)
		r.src.extend(e, r.lim.Entry, &countScanner{int64(n)})
	}
	e.join()
	return e
}

// curlLine returns how many bytes of the first line of b belong to the body,
// and whether a status line follows them directly. Of the announced body, left
// bytes are still to come; whole says that the recording ends with b.
func curlLine(b []byte, left int, whole bool) (n int, ended bool) {
	line, _, closed := bytes.Cut(b, []byte("\n"))
	if 0 < left && left < len(line) && statusLine().Match(b[left:]) {
		return left, true
	}
	if at := joinedStatus().FindIndex(b[:min(len(line)+1, len(b))]); at != nil {
		return at[0] + 1, true
	}
	const maxStatus = 256 // bytes of a status line, which may begin here and end in the next window
	switch {
	case closed:
		return len(line) + 1, false
	case whole || len(line) <= maxStatus:
		return len(line), false
	}
	return len(line) - maxStatus, false
}

// isInterim reports whether curl went on from a response to the next one: an
// informational one, a redirect, or the response of a proxy.
func (r *reader) isInterim(x *plumb.Exchange, e *entry) bool {
	if len(e.data) > 0 || e.large {
		return false
	}
	class := x.Response.Status / 100
	isLast := r.src.window() == nil
	return class == 1 || !isLast && (class == 3 || class == 2 && announced(x) < 0 && len(x.Response.Header) == 0)
}

// setCurlBody sets the body of x: as long as Content-Length announces, if only
// white space follows.
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
