package engine_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
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

// A 401 that kept a step of a scenario from what it expects is one finding.
func TestRefusalIsReportedOnce(t *testing.T) {
	rulesOf := func(status string, defects []plumb.Defect, options ...engine.Option) (rules []string) {
		x := exchange("GET https://shop.example/v1/orders/1 "+status, "application/json", "{}")
		x.Defects = defects
		v := describe(t, shop, options...)
		for _, f := range v.Check(x).Findings {
			rules = append(rules, f.Rule)
		}
		return rules
	}
	unmet := []plumb.Defect{{Rule: "scenario-unmet", Message: "the response is not what the step expects"}}
	assert.Equal(t, []string{"scenario-unmet"}, rulesOf("401", unmet))
	assert.Equal(t, []string{"http-status"}, rulesOf("401", unmet, engine.WithRule("scenario-unmet", plumb.Off)))
	assert.Equal(t, []string{"http-status"}, rulesOf("401", nil))
	assert.ElementsMatch(t, []string{"http-status", "scenario-unmet"}, rulesOf("404", unmet))
}
