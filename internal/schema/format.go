package schema

import (
	"encoding/base64"
	"net/netip"
	"net/url"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/internal/ecmaregexp"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/rfc3339"
)

// format reports whether a value is in a format. Values of types that the format is
// not about are.
type format func(*jsonvalue.Value) bool

func (has format) ask(v *jsonvalue.Value) answer { return answerOf(has(v)) }

func (format) isOpen() bool { return true }

// formats are those that are checked, of JSON Schema 2020-12 and of OpenAPI. Any
// other is an annotation.
var formats = map[string]format{
	"int32":  inRange(parseDecimal("-2147483648"), parseDecimal("2147483647")),
	"int64":  inRange(parseDecimal("-9223372036854775808"), parseDecimal("9223372036854775807")),
	"float":  inRange(parseDecimal("-3.4028235677973366e38"), parseDecimal("3.4028235677973366e38")),
	"double": inRange(parseDecimal("-1.7976931348623158e308"), parseDecimal("1.7976931348623158e308")),

	"byte":  ofText(func(text string) bool { _, err := base64.StdEncoding.DecodeString(text); return err == nil }),
	"regex": ofText(isPattern),

	"date-time":             ofText(isDateTime),
	"date":                  known("date"),
	"time":                  known("time"),
	"duration":              known("duration"),
	"email":                 known("email"),
	"hostname":              ofText(isHostname),
	"ipv4":                  ofText(isIPv4),
	"ipv6":                  known("ipv6"),
	"uri":                   ofText(isURI),
	"uri-reference":         ofText(isURIReference),
	"json-pointer":          known("json-pointer"),
	"relative-json-pointer": known("relative-json-pointer"),
	"uuid":                  known("uuid"),
}

// known is a format as jsonschema/v5 has it.
func known(name string) format {
	has := jsonschema.Formats[name]
	return ofText(func(text string) bool { return has(text) })
}

func ofText(has func(string) bool) format {
	return func(v *jsonvalue.Value) bool { return v.Kind != jsonvalue.String || has(v.Text) }
}

// inRange is the format of numbers in a range.
func inRange(least, most decimal) format {
	return func(v *jsonvalue.Value) bool {
		if v.Kind != jsonvalue.Number {
			return true
		}
		d := parseDecimal(v.Text)
		return d.cmp(least) >= 0 && d.cmp(most) <= 0
	}
}

func isDateTime(text string) bool {
	_, ok := rfc3339.Seconds(text)
	return ok || jsonschema.Formats["date-time"](text)
}

func isPattern(text string) bool {
	re, err := ecmaregexp.Compile(text)
	return err == nil && re.Doubt() == ""
}

// isHostname reports whether a text is a host name of RFC 1123. What labels in Punycode
// stand for is not looked at.
func isHostname(text string) bool {
	return !strings.HasSuffix(text, ".") && jsonschema.Formats["hostname"](text)
}

func isIPv4(text string) bool {
	address, err := netip.ParseAddr(text)
	return err == nil && address.Is4()
}

// isURI reports whether a text is a URI of RFC 3986.
func isURI(text string) bool { return isURIReference(text) && jsonschema.Formats["uri"](text) }

// isURIReference reports whether a text is a URI or a relative reference of RFC 3986.
func isURIReference(text string) bool {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			return false
		}
	}
	u, err := url.Parse(text)
	if err != nil || !jsonschema.Formats["uri-reference"](text) {
		return false
	}
	return !strings.ContainsAny(u.EscapedPath()+u.RawQuery+u.EscapedFragment(), "[]") && strings.Count(authority(text), "@") <= 1
}

// authority returns the part of a URI that names the host.
func authority(text string) string {
	_, rest, ok := strings.Cut(text, "//")
	if !ok {
		return ""
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return rest
}
