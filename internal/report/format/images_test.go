package format

import (
	"crypto/sha256"
	"encoding/hex"
	goflag "flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/spec"
)

var update = goflag.Bool("update", false, "make the pictures of docs/ anew")

const images = "../../../docs/images"

// livesRecording is a recording of several lives, of which two contradict themselves.
const livesRecording = "fixtures/report/batches.ndjson"

// check checks recordings, named from the root of the repository, by the
// built-in description.
func check(t testing.TB, names ...string) *report.Report {
	t.Helper()
	desc, err := spec.Builtin()
	require.NoError(t, err)
	v, err := engine.New(desc)
	require.NoError(t, err)
	history := v.NewHistory()
	b := outcome.New(v, 5)
	b.Follow(history)
	limits := recording.Limits{Body: 1 << 20, Entry: 1 << 20, Ratio: 100}
	for _, name := range names {
		f, err := os.Open(filepath.Join("../../..", name))
		require.NoError(t, err)
		for x, err := range recording.Read(t.Context(), name, f, limits) {
			require.NoError(t, err)
			r := v.Check(x)
			history.Add(&r)
			b.Add(x, r)
		}
		require.NoError(t, f.Close())
	}
	return report.New(report.Run{Description: desc, Documented: v.Documented(), Version: "v1", Occurrences: 5}, b)
}

// The picture of the HTML report is of the report that the recording gives
// now: beside it is the digest of the page that it shows.
func TestImageOfHTML(t *testing.T) {
	html := render(t, "html", check(t, livesRecording), View{})
	sum := sha256.Sum256([]byte(html))
	digest := hex.EncodeToString(sum[:]) + "\n"
	name := filepath.Join(images, "report.png")
	if *update {
		b := open(t, html)
		b.do(chromedp.EmulateViewport(1100, 1060))
		b.choose("rule", "history-transition")
		shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		b.quiet()
		require.NoError(t, os.WriteFile(name, shot, 0o644))
		require.NoError(t, os.WriteFile(name+".sha256", []byte(digest), 0o644))
	}
	want, err := os.ReadFile(name + ".sha256")
	require.NoError(t, err)
	assert.Equal(t, string(want), digest, "%s shows another report; run: make images", name)
}

// The picture of the text report is the text report.
func TestImageOfText(t *testing.T) {
	r := check(t, livesRecording)
	r.Limit(2)
	got := terminalImage("plumb check --max-findings 2 "+livesRecording, render(t, "text", r, View{Color: true, Width: 100}))
	name := filepath.Join(images, "text.svg")
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(got), 0o644))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "%s shows another report; run: make images", name)
}
