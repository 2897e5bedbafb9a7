package format

import (
	"bufio"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Values are text, whatever they contain, in an element and in an attribute.
func TestHTMLWriterEscapes(t *testing.T) {
	for value, want := range map[string]string{
		`</script><b>`:  `<p title="&lt;/script&gt;&lt;b&gt;">&lt;/script&gt;&lt;b&gt;</p>`,
		`" onload="x()`: `<p title="&#34; onload=&#34;x()">&#34; onload=&#34;x()</p>`,
		`'&amp;`:        `<p title="&#39;&amp;amp;">&#39;&amp;amp;</p>`,
		"%s\x1b\u202e":  `<p title="%s\x1b\u202e">%s\x1b\u202e</p>`,
	} {
		var b strings.Builder
		h := &htmlWriter{bufio.NewWriter(&b)}
		h.add(`<p title="%s">%s</p>`, value, value)
		require.NoError(t, h.w.Flush())
		assert.Equal(t, want, b.String())
	}
	var b strings.Builder
	h := &htmlWriter{bufio.NewWriter(&b)}
	h.add("%s %s", markup("<b>"), 7)
	require.NoError(t, h.w.Flush())
	assert.Equal(t, "<b> 7", b.String())
}
