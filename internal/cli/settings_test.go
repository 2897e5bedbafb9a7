package cli

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/recording"
)

func TestPresets(t *testing.T) {
	t.Chdir(t.TempDir())
	o, config, err := loadOptions(given{}, func(string) string { return "" })
	require.NoError(t, err)
	assert.Empty(t, config)
	assert.Equal(t, recording.DefaultLimits, recording.Limits{Body: o.maxBody, Entry: o.maxEntry, Ratio: int64(o.maxRatio)})
	assert.Equal(t, []any{"text", "error", "auto", 5, 512}, []any{o.format, o.failOn, o.color, o.maxOccurrences, o.maxDepth})
}

// Every setting can be set by each of its sources, and takes effect.
func TestEverySettingArrives(t *testing.T) {
	t.Chdir(t.TempDir())
	preset, _, err := loadOptions(given{}, func(string) string { return "" })
	require.NoError(t, err)
	for i := range settings {
		s := &settings[i]
		value := map[kind]string{text: "x", path: "x", choice: "", boolean: "true", count: "7", size: "7MiB", paths: "x", reports: "json=x", severity: "x=off", overlays: "x", servers: "/x"}[s.kind]
		if s.kind == choice {
			value = s.choices[len(s.choices)-1]
		}
		if s.sources&flag != 0 && s.name != "config" {
			o, _, err := loadOptions(given{s.name: {value}}, func(string) string { return "" })
			require.NoError(t, err)
			assert.NotEqual(t, s.target(preset), s.target(o), "--%s", s.name)
		}
		if s.sources&environment != 0 && s.name != "config" {
			o, _, err := loadOptions(given{}, func(name string) string {
				if name == s.variable() {
					return value
				}
				return ""
			})
			require.NoError(t, err)
			assert.NotEqual(t, s.target(preset), s.target(o), s.variable())
		}
	}
}

func TestSettingNamesAreUnique(t *testing.T) {
	var names []string
	for i := range settings {
		names = append(names, settings[i].name, settings[i].fileKey())
		assert.NotEmpty(t, settings[i].help)
	}
	slices.Sort(names)
	assert.Len(t, slices.Compact(names), len(settings)+1, "rule is the only setting with a key of its own")
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"4096": 4096, "1b": 1, "16MiB": 16 << 20, "16m": 16 << 20, "1GB": 1e9, "2 kB": 2000, "1TiB": 1 << 40,
	} {
		got, err := parseSize(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "MiB", "0", "-1", "1.5GB", "12q", "1 M B", "99999999999999999999", "9999999999TB"} {
		_, err := parseSize(text)
		assert.ErrorContains(t, err, "size", text)
	}
}

func TestDidYouMean(t *testing.T) {
	known := []string{"fail-on", "format", "spec", "schema"}
	for word, want := range map[string]string{
		"fial-on": "fail-on", "failon": "fail-on", "fromat": "format", "shema": "schema", "xyzzy": "", "": "", "a": "",
	} {
		if want != "" {
			want = `; did you mean "` + want + `"?`
		}
		assert.Equal(t, want, didYouMean(word, known), word)
	}
}

func FuzzReadConfig(f *testing.F) {
	f.Add(exampleConfig)
	f.Add("rules: &a {x: off}\nreport: *a\n")
	f.Add("a: &a [*a]\n")
	f.Add("jobs: 1\njobs: 2")
	f.Add("? [x]\n: y\n")
	name := f.TempDir() + "/plumb.yaml"
	f.Fuzz(func(t *testing.T, text string) {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		if err := readConfig(&options{}, name); err != nil {
			assert.ErrorContains(t, err, name)
		}
	})
}
