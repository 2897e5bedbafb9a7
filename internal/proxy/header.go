package proxy

import (
	"io"
	"maps"
	"net/http"
	"strings"
)

// removed are the header fields that ReverseProxy removes although HTTP does
// not require it: they are not hop-by-hop (RFC 9110, 7.6.1).
var removed = []string{
	"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
	"Proxy-Authenticate", "Proxy-Authorization",
}

// restorable returns the fields of a head that ReverseProxy removes and that
// must be put back: all but those that Connection lists, which are meant for
// the proxy alone.
func restorable(head http.Header) http.Header {
	kept := http.Header{}
	for _, name := range removed {
		if values, ok := head[name]; ok && !hasConnectionOption(head, name) {
			kept[name] = values
		}
	}
	return kept
}

func hasConnectionOption(head http.Header, name string) bool {
	for _, value := range head["Connection"] {
		for option := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(option), name) {
				return true
			}
		}
	}
	return false
}

// passTrailers passes on the trailers of a request, which are known once its
// body has ended. Only a chunked body can have trailers.
func passTrailers(in, out *http.Request) {
	if in.ContentLength >= 0 || out.Body == nil {
		return
	}
	if out.Trailer == nil {
		out.Trailer = http.Header{} // trailers need not be announced
	}
	out.Body = &trailedBody{out.Body, in, out.Trailer}
}

// trailedBody is a body that trailers may follow.
type trailedBody struct {
	io.ReadCloser
	request *http.Request
	trailer http.Header // to be filled in
}

func (b *trailedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		maps.Copy(b.trailer, b.request.Trailer)
	}
	return n, err
}
