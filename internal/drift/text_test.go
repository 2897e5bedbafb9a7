package drift

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/outcome"
)

// Shares are rounded, but never to 0 % or 100 % unless they are that.
func TestTextOfShares(t *testing.T) {
	for _, tt := range []struct {
		count, of int
		want      string
	}{
		{0, 0, "0 of 0 (0 %)"},
		{1, 1, "1 of 1 (100 %)"},
		{1, 3, "1 of 3 (33 %)"},
		{1, 100, "1 of 100 (1 %)"},
		{1, 101, "1 of 101 (less than 1 %)"},
		{99, 100, "99 of 100 (99 %)"},
		{100, 101, "100 of 101 (more than 99 %)"},
		{1000, 1000, "1000 of 1000 (100 %)"},
	} {
		assert.Contains(t, textOf(t, Item{Pointer: "/a", Count: tt.count, Of: tt.of}), "  /a: "+tt.want+"\n")
	}
}

func TestTextOfSpans(t *testing.T) {
	noon := time.Date(2025, 3, 14, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		first, last time.Time
		want        string
	}{
		{time.Time{}, time.Time{}, ""},
		{noon, noon, ", on 2025-03-14"},
		{noon, noon.Add(11 * time.Hour), ", on 2025-03-14"},
		{noon, noon.Add(12 * time.Hour), ", 2025-03-14 to 2025-03-15"},
	} {
		assert.Contains(t, textOf(t, Item{Pointer: "/a", Count: 1, Of: 1, Span: outcome.Span{First: tt.first, Last: tt.last}}), "(100 %)"+tt.want+"\n")
	}
}

// textOf returns the text about a difference.
func textOf(t *testing.T, i Item) string {
	t.Helper()
	i.Kind = "null"
	var b bytes.Buffer
	require.NoError(t, WriteText(&b, &Report{Drift: []Item{i}}, View{}))
	_, text, found := strings.Cut(b.String(), "null where it is not allowed\n")
	require.True(t, found, b.String())
	return text
}
