package cli

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/redact"
)

// maskedShare counts the values of bodies and headers, and how many of them are
// masked.
type maskedShare struct {
	values int
	masked []string
}

// Few values in the traffic of real APIs are taken for credentials.
func TestFewValuesOfRealRecordingsAreMasked(t *testing.T) {
	for name, pattern := range map[string]string{"recorded": recorded, "octokit": "../../../shared/data"} {
		t.Run(name, func(t *testing.T) {
			var share maskedShare
			_ = filepath.WalkDir(pattern+"/.", func(path string, entry fs.DirEntry, err error) error {
				if err == nil && !entry.IsDir() && (name == "recorded" || entry.Name() == "github.octokit.har") {
					share.read(t, path)
				}
				return nil
			})
			if share.values == 0 {
				t.Skip("no real recordings")
			}
			t.Logf("%d of %d values are masked:\n%s", len(share.masked), share.values, strings.Join(share.masked, "\n"))
			assert.Less(t, float64(len(share.masked)), 0.005*float64(share.values))
		})
	}
}

func (s *maskedShare) read(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	for x, err := range recording.Read(t.Context(), path, f, recording.DefaultLimits) {
		require.NoError(t, err)
		s.exchange(x)
	}
}

func (s *maskedShare) exchange(x *plumb.Exchange) {
	clean := redact.ForExchange(x)
	headers := clean.Header(x.Response.Header)
	for name, values := range x.Response.Header {
		for i, value := range values {
			s.add(name, value, headers[name][i])
		}
	}
	var before, after any
	body := string(x.Response.Body.Bytes)
	if json.Unmarshal([]byte(body), &before) == nil && json.Unmarshal([]byte(clean.Body(body)), &after) == nil {
		s.compare("", before, after)
	}
}

func (s *maskedShare) compare(at string, before, after any) {
	switch b := before.(type) {
	case map[string]any:
		a := after.(map[string]any)
		if len(a) != len(b) {
			s.masked = append(s.masked, at+": a name")
		}
		for name, value := range b {
			s.compare(at+"/"+name, value, a[name])
		}
	case []any:
		for i, value := range b {
			s.compare(at, value, after.([]any)[i])
		}
	default:
		s.add(at, fmt.Sprint(before), fmt.Sprint(after))
	}
}

func (s *maskedShare) add(name, before, after string) {
	s.values++
	if before != after {
		s.masked = append(s.masked, name+": "+after[:min(len(after), 100)])
	}
}
