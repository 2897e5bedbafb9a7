package recording

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// independentReaders read recordings of other people without package recording,
// by the documentation of the formats.
var independentReaders = map[string]func(t *testing.T, text []byte) []inShort{
	"postman":              postmanByItself,
	"wiremock-or-req-resp": wireMockByItself,
	"nock":                 nockByItself,
	"mitmproxy-flow":       flowsByThemselves,
}

func TestToolFormatsOfOtherPeople(t *testing.T) {
	for folder, readItself := range independentReaders {
		for _, file := range outsideFiles(t, filepath.Join("formats", folder, "*")) {
			t.Run(folder+"/"+filepath.Base(file), func(t *testing.T) {
				text, err := os.ReadFile(file)
				require.NoError(t, err)
				got := shortened(readFile(t, file))
				for i := range got {
					if got[i].missing != "" {
						got[i].missing = "yes"
					}
				}
				assert.Equal(t, compacted(readItself(t, text)), compacted(got))
			})
		}
	}
}

// compacted removes the white space from JSON bodies, so that they are compared
// by their values and how these are written.
func compacted(all []inShort) []inShort {
	for i := range all {
		var out bytes.Buffer
		if json.Compact(&out, []byte(all[i].body)) == nil {
			all[i].body = out.String()
		}
	}
	return all
}

func postmanByItself(t *testing.T, text []byte) []inShort {
	type item struct {
		Item     []json.RawMessage
		Request  *struct{ Method string }
		Response []json.RawMessage
	}
	var collection struct {
		Schema string `json:"$schema"`
		item
	}
	require.NoError(t, json.Unmarshal(text, &collection))
	if collection.Schema != "" {
		return []inShort{{body: strings.TrimSpace(string(text))}} // a JSON Schema of collections
	}
	urls := map[string][]string{ // worked out by hand
		"Swagger Petstore": {"/pets?limit=65976852"},
		"httpbin.org":      {"http://httpbin.org/status/200", "https://httpbin.org/status/200", "https://httpbin.org/status/200"},
	}
	urls["profile"] = []string{"https://example.com/1/profile/"}
	var all []inShort
	var walk func(it item)
	walk = func(it item) {
		for _, raw := range it.Item {
			var inner item
			require.NoError(t, json.Unmarshal(raw, &inner))
			if inner.Item != nil {
				walk(inner)
				continue
			}
			require.Empty(t, inner.Response)
			all = append(all, inShort{method: inner.Request.Method, missing: "yes"})
		}
	}
	walk(collection.item)
	name := "Swagger Petstore"
	switch {
	case bytes.Contains(text, []byte("/1/profile/")):
		name = "profile"
	case bytes.Contains(text, []byte(`"name": "httpbin.org"`)):
		name = "httpbin.org"
	}
	require.Len(t, all, len(urls[name]))
	for i := range all {
		all[i].url = urls[name][i]
	}
	return all
}

func wireMockByItself(t *testing.T, text []byte) []inShort {
	var all []inShort
	for d := json.NewDecoder(bytes.NewReader(text)); d.More(); {
		var v struct {
			Request  *struct{ Method, URL, URLPath, URLPattern string }
			Response struct {
				Status       int
				Body         *string
				BodyFileName string
				Content      *struct{ Text *string }
			}
		}
		require.NoError(t, d.Decode(&v))
		if v.Request == nil {
			return []inShort{{body: strings.TrimSpace(string(text))}} // an error object of an HTTP client
		}
		s := inShort{method: v.Request.Method, url: v.Request.URL + v.Request.URLPath + v.Request.URLPattern, status: v.Response.Status}
		switch {
		case v.Response.Body != nil:
			s.body = *v.Response.Body
		case v.Response.Content != nil && v.Response.Content.Text != nil:
			s.body = *v.Response.Content.Text
		default:
			s.missing = "yes"
		}
		all = append(all, s)
	}
	return all
}

func nockByItself(t *testing.T, text []byte) []inShort {
	var list []struct {
		Scope, Method, Path string
		Status              int
		Response            json.RawMessage
		RawHeaders          []string
		Headers             map[string]any
	}
	require.NoError(t, json.Unmarshal(text, &list))
	var all []inShort
	for _, v := range list {
		header := http.Header{}
		for i := 0; i+1 < len(v.RawHeaders); i += 2 {
			header.Add(v.RawHeaders[i], v.RawHeaders[i+1])
		}
		for name, value := range v.Headers {
			header.Add(name, fmt.Sprint(value))
		}
		s := inShort{strings.ToUpper(v.Method), v.Scope + v.Path, v.Status, string(v.Response), ""}
		var chunks []string
		if header.Get("Content-Encoding") != "" && json.Unmarshal(v.Response, &chunks) == nil {
			coded, err := hex.DecodeString(strings.Join(chunks, ""))
			require.NoError(t, err)
			s.body = uncoded(t, coded, header.Get("Content-Encoding"))
		} else if json.Unmarshal(v.Response, &s.body) != nil {
			s.body = string(v.Response)
		}
		all = append(all, s)
	}
	return all
}

// uncoded undoes a Content-Encoding.
func uncoded(t *testing.T, body []byte, coding string) string {
	if len(body) == 0 {
		return ""
	}
	var in io.Reader = bytes.NewReader(body)
	var err error
	switch coding {
	case "gzip":
		in, err = gzip.NewReader(in)
	case "deflate":
		in, err = zlib.NewReader(in)
	case "br":
		in = brotli.NewReader(in)
	}
	require.NoError(t, err)
	out, err := io.ReadAll(in)
	require.NoError(t, err)
	return string(out)
}

// flowsByThemselves reads tnetstrings into maps, lists and strings.
func flowsByThemselves(t *testing.T, text []byte) []inShort {
	var cut func(b string) (v any, rest string)
	cut = func(b string) (any, string) {
		size, after, ok := strings.Cut(b, ":")
		require.True(t, ok)
		n, err := strconv.Atoi(size)
		require.NoError(t, err)
		content, kind, rest := after[:n], after[n], after[n+1:]
		switch kind {
		case '~':
			return nil, rest
		case ']':
			list := []any{}
			for content != "" {
				var v any
				v, content = cut(content)
				list = append(list, v)
			}
			return list, rest
		case '}':
			m := map[string]any{}
			for content != "" {
				var name, v any
				name, content = cut(content)
				v, content = cut(content)
				m[name.(string)] = v
			}
			return m, rest
		}
		return content, rest
	}
	var all []inShort
	for rest := string(text); rest != ""; {
		var v any
		v, rest = cut(rest)
		request := v.(map[string]any)["request"].(map[string]any)
		authority, _ := request["authority"].(string)
		if authority == "" {
			authority = flowHeaders(request).Get("Host")
		}
		if authority == "" {
			authority = request["host"].(string)
		}
		s := inShort{method: request["method"].(string), url: request["scheme"].(string) + "://" + authority + request["path"].(string), missing: "yes"}
		if response, ok := v.(map[string]any)["response"].(map[string]any); ok {
			s.status, _ = strconv.Atoi(response["status_code"].(string))
			if content, ok := response["content"].(string); ok {
				s.body, s.missing = uncoded(t, []byte(content), flowHeaders(response).Get("Content-Encoding")), ""
			}
		}
		all = append(all, s)
	}
	return all
}

func flowHeaders(m map[string]any) http.Header {
	h := http.Header{}
	for _, pair := range m["headers"].([]any) {
		h.Add(pair.([]any)[0].(string), pair.([]any)[1].(string))
	}
	return h
}
