package probe

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A step that tests the absence of credentials sends none, however short they are.
func TestWithoutCredentials(t *testing.T) {
	base := url.URL{User: url.UserPassword("me", "x"), RawQuery: "api_key=s&version=2&access%5Ftoken=t"}
	b := requestBuilder{base: base, header: http.Header{"Api-Key": {"k"}, "Authorization": {"Bearer x"}, "Accept": {"application/json"}}}
	b.withoutCredentials()
	assert.Nil(t, b.base.User)
	assert.Equal(t, "version=2", b.base.RawQuery)
	assert.Equal(t, http.Header{"Accept": {"application/json"}}, b.header)
}
