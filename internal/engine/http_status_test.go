package engine_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestExpectedStatus checks that a status which the client says it expects is no
// finding, and that any other is one.
func TestExpectedStatus(t *testing.T) {
	v := describe(t, shop)
	for _, tt := range []struct {
		expected string
		status   string
		found    bool
	}{
		{"", "404", true},
		{"404", "404", false},
		{"200, 404", "404", false},
		{"400-499", "404", false},
		{"200,400-404 , 409", "404", false},
		{"503", "503", false},
		{"405-499", "404", true},
		{"200", "404", true},
		{"404-", "404", true},
		{"-404", "404", true},
		{"4XX", "404", true},
		{"404 404", "404", true},
	} {
		x := exchange("GET https://shop.example/v1/orders/1 "+tt.status, "application/json", "{}")
		x.Request.Header = http.Header{"Plumb-Expected-Status": {tt.expected}}
		r := v.Check(x)
		assert.Equal(t, tt.found, len(r.Findings) == 1, "%q: %v", tt.expected, r.Findings)
		assert.Contains(t, r.Skipped, "status "+tt.status)
	}
}
