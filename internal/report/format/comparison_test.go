package format

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb/internal/report"
)

// A comparison of descriptions says nothing of exchanges and coverage unless it has
// recordings, and then what was checked.
func TestComparison(t *testing.T) {
	r := build(5, enumFinding())
	r.Comparison = &report.Comparison{Old: report.Compared{File: "v1.yaml"}, New: report.Compared{File: "v2.yaml", Description: r.Description}}
	for _, format := range []string{"text", "markdown", "github", "html"} {
		r.Summary.Exchanges, r.Summary.Checked, r.Summary.Skipped = 0, 0, 0
		text := render(t, format, r, View{})
		for _, of := range []string{"exchanges read", "bodies checked", "bod", "Seen of", "Coverage", "nothing was checked"} {
			if format != "html" || of != "bod" {
				assert.NotContains(t, text, of, format)
			}
		}
		r.Summary.Exchanges, r.Summary.Checked = 3, 2
		text = render(t, format, r, View{})
		if format == "html" {
			assert.Contains(t, text, "Coverage</h2>")
		} else {
			assert.Regexp(t, "[Rr]ecordings, checked against both descriptions: 3 exchanges read, 2 bodies checked", text, format)
		}
	}
}
