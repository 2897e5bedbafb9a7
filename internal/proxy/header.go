package proxy

import (
	"io"
	"maps"
	"net/http"
	"strings"
)

// taken are the fields that ReverseProxy takes away though HTTP does not ask for
// it: they are not hop-by-hop (RFC 9110, 7.6.1).
var taken = []string{
	"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
	"Proxy-Authenticate", "Proxy-Authorization",
}

// spared returns the fields of a head that are taken away and must not be. One
// that Connection names is meant for the proxy alone.
func spared(head http.Header) http.Header {
	kept := http.Header{}
	for _, name := range taken {
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

// passTrailers lets the trailers of a request pass: they are known when its body
// has ended. Only a chunked body can have them.
func passTrailers(in, out *http.Request) {
	if in.ContentLength >= 0 || out.Body == nil {
		return
	}
	if out.Trailer == nil {
		out.Trailer = http.Header{} // a client need not announce them
	}
	out.Body = &trailedBody{out.Body, in, out.Trailer}
}

// trailedBody is a body after which there can be trailers.
type trailedBody struct {
	io.ReadCloser
	request *http.Request
	trailer http.Header // to fill in
}

func (b *trailedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		maps.Copy(b.trailer, b.request.Trailer)
	}
	return n, err
}
