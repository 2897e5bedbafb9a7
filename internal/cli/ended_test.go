package cli

import (
	"fmt"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/recording"
)

// A file or folder that may not be read fails the run if it was named; one that
// was found is skipped, and the reason is printed.
func TestUnreadableFiles(t *testing.T) {
	for _, named := range []bool{true, false} {
		c := &check{options: &options{}, outcome: outcome.Empty("", 1), unrecognized: map[string]bool{}}
		c.ended(recording.File{Path: "locked", Named: named}, fmt.Errorf("locked: cannot be read: %w", fs.ErrPermission))
		messages := c.notes
		if named {
			messages = c.failures
		}
		require.Len(t, messages, 1)
		assert.EqualError(t, messages[0], "locked: cannot be read: permission denied")
		assert.Len(t, append(c.notes, c.failures...), 1)
		assert.Len(t, c.outcome.Skipped(), 1)
	}
}
