package cli

import (
	"bytes"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Polls can miss any response. So recordings that must give no finding must give none
// either if responses are left out, whatever the rules: those with oldSelf, too.
func TestSkippedPollsAreSilent(t *testing.T) {
	const longest = 7 // of which all parts are checked
	for dir, args := range ruleFolders(t) {
		for _, name := range recordingsIn(t, filepath.Join(dir, "silent")) {
			text, err := os.ReadFile(filepath.Join(dir, "silent", name))
			if err != nil || !strings.Contains(string(text), `"time"`) {
				continue // a folder, or without a history
			}
			lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
			if len(lines) < 2 || len(lines) > longest {
				continue
			}
			parts := t.TempDir()
			for part := range 1 << len(lines) {
				if bits.OnesCount(uint(part)) < 2 {
					continue
				}
				var kept [][]byte
				for i, line := range lines {
					if part>>i&1 != 0 {
						kept = append(kept, line)
					}
				}
				require.NoError(t, os.WriteFile(filepath.Join(parts, fmt.Sprintf("%b.ndjson", part)), bytes.Join(kept, []byte("\n")), 0o644))
			}
			t.Run(filepath.Base(dir)+"/"+name, func(t *testing.T) {
				r := findings(t, dir, append(args, "--history-scope", "file", "--allow-empty", parts)...)
				for _, f := range r.Findings {
					assert.Fail(t, f.Rule+": "+f.Occurrences[0].Found, "%s", f.Occurrences[0].File)
				}
			})
		}
	}
}
