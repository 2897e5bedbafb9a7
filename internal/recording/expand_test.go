package recording

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestCanExpand has each sign at each distance from the beginning and the end of
// a text.
func TestCanExpand(t *testing.T) {
	for sign, want := range map[string]bool{
		`"_file"`: true, "raw_gzip": true, "content-encoding": true, "Content-Encoding": true, `content\u002dencoding`: true, `\u0063`: true, `\u005F`: true,
		`"_files"`: false, "w_gzi": false, "transfer-encoding": false, `\u00e9`: false, `\u003c`: false, `\u0022`: false,
	} {
		for before := range 20 {
			for after := range 12 {
				text := strings.Repeat("x", before) + sign + strings.Repeat(`e`, after)
				assert.Equal(t, want, canExpand([]byte(text)), text)
			}
		}
	}
}
