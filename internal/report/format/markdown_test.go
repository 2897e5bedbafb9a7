package format

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// codeSpan is what is between two runs of backticks of one length.
func withoutCode(text string) string {
	var b strings.Builder
	for {
		start := strings.IndexByte(text, '`')
		if start < 0 {
			return b.String() + text
		}
		n := len(text[start:]) - len(strings.TrimLeft(text[start:], "`"))
		fence := text[start : start+n]
		b.WriteString(text[:start])
		rest := text[start+n:]
		for at := 0; ; {
			i := strings.Index(rest[at:], fence)
			if i < 0 {
				return b.String() + text[start:]
			}
			end := at + i
			run := len(rest[end:]) - len(strings.TrimLeft(rest[end:], "`"))
			if run == n {
				text = rest[end+n:]
				break
			}
			at = end + run
		}
	}
}

// Nothing of a recording is Markdown, HTML, a link or a mention.
func TestMarkdownIsPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := nastyReport(t)
		for line := range strings.Lines(render(t, "markdown", r, View{})) {
			line = strings.TrimSuffix(line, "\n")
			line = strings.TrimPrefix(line, "## ")
			line = strings.NewReplacer("- **error** ", "", "- **warning** ", "", "- **info** ", "").Replace(line)
			plain := regexp.MustCompile(`&#\d+;`).ReplaceAllString(withoutCode(line), "")
			if strings.ContainsAny(plain, "`<>[]*_@|\\&!~") {
				t.Fatalf("%q has a meaning in %q", plain, line)
			}
		}
	})
}

func TestMarkdownFitsIntoAComment(t *testing.T) {
	r := many(3000)
	for i := range 3000 {
		r.Skipped = append(r.Skipped, report.Skipped{Reason: strings.Repeat("世", 1000) + strconv.Itoa(i), Count: 1})
	}
	text := render(t, "markdown", r, View{})
	assert.LessOrEqual(t, len(text), 65536)
	assert.Greater(t, len(text), 60000, "as many findings as fit")
	listed := strings.Count(text, "\n  - `/members/")
	assert.Contains(t, text, fmt.Sprintf("%s more findings not shown here", textfmt.Number(3000-listed)))
	assert.Contains(t, text, "2,990 more reasons")
}
