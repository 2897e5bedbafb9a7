package format

import (
	"path"
	"testing"

	"github.com/stretchr/testify/assert"
)

// GitHub finds files by their names from the root of the repository.
func TestFormatsForGitHubNameFilesFromTheRoot(t *testing.T) {
	r := build(5, enumFinding())
	r.Findings[0].Occurrences[0].File = "a.har"
	r.Findings[0].Description.File = "../api.yaml"
	view := View{FromRoot: func(name string) string { return path.Join("shop", name) }}
	assert.Contains(t, render(t, "github", r, view), "::error file=shop/a.har,")
	sarif := render(t, "sarif", r, view)
	assert.Contains(t, sarif, `"uri": "shop/a.har"`)
	assert.Contains(t, sarif, `"uri": "api.yaml"`)
	assert.Contains(t, render(t, "text", r, view), "--> a.har")
}
