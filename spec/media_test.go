package spec_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb/spec"
)

// Parameters distinguish media types that are otherwise equal, but charset
// never does.
func TestMediaParameters(t *testing.T) {
	versions := []string{"application/json;version=1", `application/json; Version="2"`, "application/xml;charset=utf-8", "text/*;q=1"}
	for _, test := range []struct {
		described []string
		sent      string
		want      string
	}{
		{versions, "application/json; version=2", versions[1]},
		{versions, "Application/JSON;charset=utf-8;version=1", versions[0]},
		{versions, "application/json", versions[0]},
		{versions, "application/json;version=3", ""},
		{versions, "application/json;version=;;=", ""},
		{versions, "application/xml", versions[2]},
		{versions, "application/xml;charset=latin1;v=7", versions[2]},
		{versions, "text/plain;charset=utf-8", versions[3]},
		{append(versions, "application/json"), "application/json;version=3", "application/json"},
		{append(versions, "application/json"), "application/json;version=2;x=y", versions[1]},
		{append(versions, "*/*"), "image/png", "*/*"},
		{append(versions, "*/*"), "application/json;version=3", "*/*"},
		{[]string{"application/json;odata.metadata=minimal"}, "application/json;odata.metadata=full", "application/json;odata.metadata=minimal"},
		{[]string{"application/json;a=1", "application/json;a=1;b=2"}, "application/json;b=2;a=1", "application/json;a=1;b=2"},
		{[]string{"application/json;a=1", "application/json;b=2"}, "application/json;b=2;a=1", "application/json;a=1"}, // equally many parameters: the first one
		{[]string{"application/json;a=x;b=1", "application/json;c=1"}, "application/json;A=X;c=2", "application/json;a=x;b=1"},
	} {
		r := spec.Response{}
		for _, m := range test.described {
			r.Media = append(r.Media, &spec.Media{Type: m})
		}
		got := ""
		if m := r.MediaFor(test.sent); m != nil {
			got = m.Type
		}
		assert.Equal(t, test.want, got, "%q of %q", test.sent, test.described)
	}
}
