package redact

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCredentials(t *testing.T) {
	tests := map[string]struct {
		url      string
		request  http.Header
		response http.Header
		want     []string
	}{
		"nothing":        {"https://h/v1/batches?after=batch_1&limit=2", http.Header{"Accept": {"application/json"}}, nil, nil},
		"bearer":         {"", http.Header{"Authorization": {"Bearer sk-123456"}}, nil, []string{"Bearer sk-123456", "sk-123456"}},
		"bare":           {"", http.Header{"Authorization": {"sk-123456"}}, nil, []string{"sk-123456"}},
		"taken out":      {"", http.Header{"Authorization": {"Bearer "}}, nil, nil},
		"proxy":          {"", http.Header{"Proxy-Authorization": {"Basic dXNlcjpwYXNz"}}, nil, []string{"Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"}},
		"cookies":        {"", http.Header{"Cookie": {"a=secret1; b=secret2; c=x"}}, http.Header{"Set-Cookie": {"d=secret3; Path=/path/long", "e=secret4"}}, []string{"secret1", "secret2", "secret3", "secret4"}},
		"keys":           {"", http.Header{"X-Api-Key": {"secret1"}, "Api-Key": {"secret2"}, "X-Goog-Signature": {"secret3"}, "X-Amz-Security-Token": {"secret4"}}, nil, []string{"secret1", "secret2", "secret3", "secret4"}},
		"odd case":       {"", http.Header{"x_API_key": {"secret1"}, "cookie": {"a=secret2"}}, nil, []string{"secret1", "secret2"}},
		"counts":         {"", nil, http.Header{"X-Ratelimit-Remaining-Tokens": {"149999984"}, "X-Ratelimit-Reset-Token": {"1000000"}}, nil},
		"parameters":     {"https://h/?api-version=2024-10-21&api-key=secret1&sig=a%2Fsecret2&X-Amz-Signature=secret3&code=secret4&access_token=secret5", nil, nil, []string{"a%2Fsecret2", "a/secret2", "secret1", "secret3", "secret4", "secret5"}},
		"encoded names":  {"/x?api%5Fkey=secret1", nil, nil, []string{"secret1"}},
		"user":           {"https://someone:secret1@h/", nil, nil, []string{"secret1", "someone", "someone:secret1"}},
		"redirect":       {"", nil, http.Header{"Location": {"https://h/?token=secret1"}}, []string{"secret1"}},
		"short":          {"/x?key=12345", http.Header{"Authorization": {"abc"}}, nil, nil},
		"each once":      {"/x?key=secret1&token=secret1", nil, nil, []string{"secret1"}},
		"an invalid URL": {"http://[::1", nil, nil, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, Credentials(tt.url, tt.request, tt.response))
		})
	}
}
