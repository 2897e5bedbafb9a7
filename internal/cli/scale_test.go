package cli

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/report/format"
)

// stepped runs the commands of a run in steps.
type stepped struct {
	t     require.TestingT
	flags []string
}

// plumb runs the command with lines on standard input. It must succeed.
func (s stepped) plumb(in string, args ...string) string {
	status, stdout, stderr := plumbWith(in, args...)
	require.Equal(s.t, 0, status, "%v: %s", args, stderr)
	return stdout
}

func plumbWith(in string, args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	getenv := func(name string) string { return map[string]string{clockVariable: "1790000000"}[name] }
	status = Run(context.Background(), args, strings.NewReader(in), &out, &err, getenv)
	return status, out.String(), err.String()
}

func (s stepped) step(in, name string, args ...string) string {
	return s.plumb(in, slices.Concat([]string{name, "--run-key", "key"}, s.flags, args)...)
}

// stream returns lines as a stream, with the line that counts them.
func stream(lines []string) string {
	return strings.Join(lines, "") + ".\t" + strconv.Itoa(len(lines)) + "\n"
}

// linesOf returns the lines of a stream, without the last one, of those whose key has a
// prefix, or has none of those of outcomes and verdicts.
func linesOf(text string, prefix string) (all []string) {
	for line := range strings.Lines(text) {
		isOther := strings.HasPrefix(line, "#") || strings.HasPrefix(line, ".")
		if prefix != "" && strings.HasPrefix(line, prefix) || prefix == "" && !isOther {
			all = append(all, line)
		}
	}
	return all
}

// manifestOf returns the manifest of files.
func manifestOf(names []string) (lines []string) {
	for i, name := range names {
		lines = append(lines, fmt.Sprintf("%d\t%s\n", i, name))
	}
	return lines
}

// drawRecordings draws recordings about a few orders and refunds, in files of several
// formats, and returns their names, sorted.
func drawRecordings(t *rapid.T, dir string) []string {
	var names []string
	for i := range rapid.IntRange(1, 5).Draw(t, "files") {
		var b strings.Builder
		for range rapid.IntRange(0, 12).Draw(t, "exchanges") {
			b.WriteString(drawExchange(t))
		}
		name, data := filepath.Join(dir, fmt.Sprintf("f%d.ndjson", i)), []byte(b.String())
		if rapid.IntRange(0, 3).Draw(t, "form") == 0 {
			var packed bytes.Buffer
			w := gzip.NewWriter(&packed)
			w.Write(data)
			w.Close()
			name, data = name+".gz", packed.Bytes()
		}
		switch rapid.IntRange(0, 12).Draw(t, "fault") {
		case 0:
			data = []byte("no recording")
		case 1:
			data = data[:len(data)/2]
		}
		os.WriteFile(name, data, 0o644)
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func drawExchange(t *rapid.T) string {
	order := func() string {
		body := fmt.Sprintf(`{"id":"order_%d","status":%q,"created":"2026-01-01T00:00:0%dZ"`, rapid.IntRange(1, 3).Draw(t, "id"),
			rapid.SampledFrom([]string{"open", "paid", "sent", "lost", "shut"}).Draw(t, "status"), rapid.IntRange(0, 2).Draw(t, "created")/2)
		for _, more := range []string{`,"n":1`, `,"n":3`, `,"n":-1`, `,"customer":"anna@example.org, of Market Street"`, `,"customer":"b"`, `,"customer":"\ufffd"`, `,"new":1`, `,"paid":"2026-01-01T00:00:03Z"`} {
			if rapid.IntRange(0, 4).Draw(t, "more") == 0 && !strings.Contains(body, more[:4]) {
				body += more
			}
		}
		return body + "}"
	}
	method, url, status, body := "GET", "/orders/order_1", 200, ""
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 3: // of another schema with the same lifecycle
		url, body = "/orders/order_1/details"+rapid.SampledFrom([]string{"", "?q=b", "?q=%FF"}).Draw(t, "query"), order()
	case 0:
		method, url, status, body = "POST", "/orders", 201, order()
	case 1:
		url, body = "/orders", `{"data":[`+order()+","+order()+`]}`
	case 2:
		url, body = "/refunds/order_1", fmt.Sprintf(`{"id":"order_1","status":%q,"n":%d}`, rapid.SampledFrom([]string{"asked", "given"}).Draw(t, "status"), rapid.IntRange(1, 2).Draw(t, "n"))
	default:
		body = order()
	}
	at := time.Unix(1767225600+rapid.Int64Range(0, 20).Draw(t, "time"), 0).UTC().Format(time.RFC3339)
	return fmt.Sprintf(`{"time":%q,"request":{"method":%q,"url":"https://shop.example%s"},"response":{"status":%d,"headers":{"Content-Type":"application/json"},"body":%s}}`+"\n", at, method, url, status, body)
}

// TestStepsGiveTheBytesOfCheck checks that a run in steps writes what check writes of all
// recordings, in every format: however the objects are divided among maps, the keys among
// reduces and the verdicts among second rounds, in whatever order lines come, and however
// outcomes are merged.
func TestStepsGiveTheBytesOfCheck(t *testing.T) {
	spec := filepath.Join("testdata", "shops.yaml")
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(dir, "run")
		require.NoError(t, err)
		defer os.RemoveAll(dir)
		names := drawRecordings(t, dir)
		s := stepped{t, []string{"--spec", spec, "--max-occurrences", rapid.SampledFrom([]string{"1", "4"}).Draw(t, "occurrences"),
			"--history-scope", rapid.SampledFrom([]string{"auto", "run", "file"}).Draw(t, "scope")}}
		if rapid.IntRange(0, 9).Draw(t, "no history") == 0 {
			s.flags = append(s.flags, "--no-history")
		}
		outcomes := s.drawSteps(t, names)
		name := rapid.SampledFrom(format.Names()).Draw(t, "format")
		if rapid.IntRange(0, 1).Draw(t, "json") == 0 {
			name = "json"
		}
		_, want, _ := plumbWith("", slices.Concat([]string{"check", "--config", "", "--format", name}, s.flags, []string{dir})...)
		manifest := filepath.Join(dir, "manifest.txt")
		require.NoError(t, os.WriteFile(manifest, []byte(strings.Join(manifestOf(names), "")), 0o644))
		got := s.step(stream(outcomes), "merge", "--manifest", manifest, "--format", name)
		if want != got {
			t.Fatalf("%s: %s", name, firstDifference(want, got))
		}
	})
}

// firstDifference shows where two texts begin to differ.
func firstDifference(want, got string) string {
	i := 0
	for i < min(len(want), len(got)) && want[i] == got[i] {
		i++
	}
	around := func(text string) string { return text[max(0, min(i, len(text))-300):min(len(text), i+300)] }
	return fmt.Sprintf("want ...%s...\ngot ...%s...", around(want), around(got))
}

// shuffled draws an order of lines, and does not log the lines.
func shuffled(t *rapid.T, lines []string) []string {
	order := make([]int, len(lines))
	for i := range order {
		order[i] = i
	}
	if len(order) > 1 {
		order = rapid.Permutation(order).Draw(t, "order")
	}
	all := make([]string, len(lines))
	for i, from := range order {
		all[i] = lines[from]
	}
	return all
}

// drawSteps runs all steps but the last, and returns the outcomes.
func (s stepped) drawSteps(t *rapid.T, names []string) (outcomes []string) {
	maps := rapid.IntRange(1, 3).Draw(t, "maps")
	of := make([]int, len(names))
	var observations []string
	for i := range of {
		of[i] = rapid.IntRange(0, maps-1).Draw(t, "map")
	}
	part := func(m int) (lines []string) {
		for i, line := range manifestOf(names) {
			if of[i] == m {
				lines = append(lines, line)
			}
		}
		return lines
	}
	for m := range maps {
		if lines := part(m); len(lines) > 0 {
			mapped := s.step(strings.Join(lines, ""), "map", "--names", "-")
			outcomes = append(outcomes, linesOf(mapped, "#")...)
			observations = append(observations, linesOf(mapped, "")...)
		}
	}
	byKey := map[string][]string{}
	var keys []string
	for _, line := range shuffled(t, observations) {
		key, _, _ := strings.Cut(line, "\t")
		if byKey[key] == nil {
			keys = append(keys, key)
		}
		byKey[key] = append(byKey[key], line)
	}
	partitions := make([][]string, rapid.IntRange(1, 3).Draw(t, "reduces"))
	for _, key := range keys {
		j := rapid.IntRange(0, len(partitions)-1).Draw(t, "partition")
		partitions[j] = append(partitions[j], byKey[key]...)
	}
	var verdicts []string
	for _, lines := range partitions {
		if rapid.Bool().Draw(t, "with an outcome") && len(outcomes) > 0 {
			lines, outcomes = append(slices.Clone(lines), outcomes[0]), outcomes[1:]
		}
		reduced := s.step(stream(lines), "reduce")
		for _, line := range linesOf(reduced, "#") {
			if strings.HasPrefix(line, "#\t") {
				outcomes = append(outcomes, line)
			} else {
				verdicts = append(verdicts, line)
			}
		}
	}
	for m := range maps {
		var own []string
		for i := range names {
			if of[i] == m {
				own = append(own, linesOf(strings.Join(verdicts, ""), fmt.Sprintf("#%d\t", i))...)
			}
		}
		if len(own) > 0 {
			file := filepath.Join(filepath.Dir(names[0]), "names.txt")
			require.NoError(t, os.WriteFile(file, []byte(strings.Join(part(m), "")), 0o644))
			outcomes = append(outcomes, linesOf(s.step(stream(own), "map", "--verdicts", "--names", file), "#")...)
		}
	}
	require.NoError(t, errRemoved(filepath.Join(filepath.Dir(names[0]), "names.txt")))
	for len(outcomes) > 1 && rapid.Bool().Draw(t, "merge two") {
		outcomes = shuffled(t, outcomes)
		merged := s.step(stream(outcomes[:2]), "merge", "--partial")
		outcomes = append(outcomes[2:], linesOf(merged, "#")...)
	}
	return shuffled(t, outcomes)
}

func errRemoved(name string) error {
	if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// aRun is a small run with contradictions, and its lines.
type aRun struct {
	stepped
	dir, manifest string
	mapped        string
	reduced       string
	again         string
}

const (
	plantedID     = "order-planted-4711-identity"
	plantedSecret = "sk-live-planted-0815-credential"
	plantedText   = "anna.planted@example.org"
)

func newRun(t *testing.T) *aRun {
	dir := t.TempDir()
	r := &aRun{stepped: stepped{t, []string{"--spec", filepath.Join("testdata", "shops.yaml")}}, dir: dir, manifest: filepath.Join(dir, "manifest")}
	line := func(second int, body string) string {
		return fmt.Sprintf(`{"time":"2026-01-01T00:00:%02dZ","request":{"method":"GET","url":"https://shop.example/orders/%s","headers":{"Authorization":"Bearer %s"}},"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":%s}}`+"\n", second, plantedID, plantedSecret, body)
	}
	var names []string
	for i, text := range []string{
		line(1, `{"id":"`+plantedID+`","status":"open","created":"2026-01-01T00:00:00Z","n":1,"customer":"`+plantedText+`"}`),
		line(2, `{"id":"`+plantedID+`","status":"sent","created":"2026-01-01T00:00:00Z","n":9,"customer":"`+plantedText+`"}`),
		line(3, `{"id":"`+plantedID+`","status":"open","created":"2026-01-01T00:00:00Z","n":7,"customer":"b"}`),
	} {
		name := filepath.Join(dir, fmt.Sprintf("%d.ndjson", i))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
		names = append(names, name)
	}
	require.NoError(t, os.WriteFile(r.manifest, []byte(strings.Join(manifestOf(names), "")), 0o644))
	r.mapped = r.step("", "map", "--names", r.manifest)
	observations := linesOf(r.mapped, "")
	slices.Sort(observations)
	r.reduced = r.step(stream(observations), "reduce")
	r.again = r.step(r.reduced, "map", "--verdicts", "--names", r.manifest)
	return r
}

func (r *aRun) outcomes() []string {
	return slices.Concat(linesOf(r.mapped, "#\t"), linesOf(r.reduced, "#\t"), linesOf(r.again, "#\t"))
}

// A step that is run twice writes the same bytes.
func TestStepsAreRepeatable(t *testing.T) {
	r := newRun(t)
	assert.Equal(t, r.mapped, r.step("", "map", "--names", r.manifest))
	observations := linesOf(r.mapped, "")
	slices.Sort(observations)
	assert.Equal(t, r.reduced, r.step(stream(observations), "reduce"))
	assert.Equal(t, r.again, r.step(r.reduced, "map", "--verdicts", "--names", r.manifest))
	require.NotEmpty(t, linesOf(r.reduced, "#2\t"), "there is a verdict")
}

// A stream that was cut anywhere is refused by every step that reads it, and nothing is
// written that the next step takes for whole.
func TestCutStreams(t *testing.T) {
	r := newRun(t)
	observations := linesOf(r.mapped, "")
	slices.Sort(observations)
	for _, c := range []struct {
		whole string
		args  []string
	}{
		{stream(observations), []string{"reduce"}},
		{r.reduced, []string{"map", "--verdicts", "--names", r.manifest}},
		{stream(linesOf(r.again, "#")), []string{"merge", "--partial"}},
	} {
		args := slices.Concat([]string{c.args[0], "--run-key", "key"}, r.flags, c.args[1:])
		for n := range len(c.whole) {
			if n > 1000 && n < len(c.whole)-300 && n%11 != 0 { // TestStream cuts everywhere
				continue
			}
			if n == len(c.whole)-1 {
				continue // only the line feed at the end is missing
			}
			status, stdout, stderr := plumbWith(c.whole[:n], args...)
			require.Equal(t, 2, status, "%v, cut at %d: %s", c.args, n, stderr)
			require.NotContains(t, stdout, "\n.\t", "%v, cut at %d", c.args, n)
			require.Contains(t, stderr, "standard input: ")
		}
	}
}

// Streams that are not those of the run are refused, with what to do.
func TestStreamsThatAreWrong(t *testing.T) {
	r := newRun(t)
	observations, verdicts, outcomes := linesOf(r.mapped, ""), linesOf(r.reduced, "#2\t"), r.outcomes()
	slices.Sort(observations)
	other := strings.Replace(observations[0], observations[0][20:24], "AAAA", 1)
	merge := []string{"merge", "--manifest", r.manifest, "--format", "json"}
	for name, c := range map[string]struct {
		in   string
		args []string
		want string
	}{
		"nothing":                 {"", []string{"reduce"}, "it is empty"},
		"no lines":                {"hello\n", []string{"reduce"}, "is not a key, a tab and a record"},
		"two streams":             {stream(observations) + stream(observations), []string{"reduce"}, "there is more after its last line"},
		"a line lost":             {strings.Join(observations[1:], "") + fmt.Sprintf(".\t%d\n", len(observations)), []string{"reduce"}, "lines were lost or doubled"},
		"another key":             {stream(observations), []string{"reduce", "--run-key", "other"}, "it is of another run, or was changed"},
		"other flags":             {stream(observations), []string{"reduce", "--strict"}, "it is of another run, or was changed"},
		"a changed line":          {stream([]string{other}), []string{"reduce"}, "it is of another run, or was changed"},
		"verdicts for reduce":     {stream(verdicts), []string{"reduce"}, "plumb map --verdicts reads"},
		"observations for merge":  {stream(observations), merge, "plumb reduce reads observations"},
		"observations for map":    {stream(observations), []string{"map", "--verdicts", "--names", r.manifest}, "it is not a verdict"},
		"an outcome twice":        {stream(append(outcomes, outcomes[0])), merge, "was counted twice"},
		"a reduce twice":          {stream(append(outcomes, linesOf(r.reduced, "#\t")...)), merge, "counted twice"},
		"a second round twice":    {stream(append(outcomes, linesOf(r.again, "#\t")...)), merge, "counted twice"},
		"no reduce":               {stream(slices.Concat(linesOf(r.mapped, "#\t"))), merge, "an outcome of plumb reduce is missing"},
		"no second round":         {stream(slices.Concat(linesOf(r.mapped, "#\t"), linesOf(r.reduced, "#\t"))), merge, "an outcome of plumb map --verdicts is missing"},
		"a map is missing":        {stream(outcomes[1:]), merge, "no outcome is of the objects 0"},
		"outcomes of another key": {stream(outcomes), append(merge, "--run-key", "other"), "it is of another run, or was changed"},
		"other rules":             {stream(outcomes), append(merge, "--rule", "drift-null=off"), "it is of another run, or was changed"},
		"another description":     {stream(outcomes), append(merge, "--spec", ""), "--spec"},
	} {
		args := slices.Concat([]string{c.args[0], "--run-key", "key"}, r.flags, c.args[1:])
		if i := slices.Index(c.args, "--run-key"); i >= 0 {
			args = slices.Concat([]string{c.args[0]}, r.flags, c.args[1:])
		}
		if slices.Contains(c.args, "--spec") {
			args = slices.DeleteFunc(args, func(arg string) bool { return arg == "--spec" || arg == r.flags[1] || arg == "" })
			c.want = "it is of another run, or was changed"
		}
		status, stdout, stderr := plumbWith(c.in, args...)
		assert.Equal(t, 2, status, name)
		assert.Contains(t, stderr, c.want, name)
		assert.NotContains(t, stdout, "\n.\t", name)
		assert.NotContains(t, stdout, "#\t", name)
	}
}

// Keys that are not together would make two resources of one.
func TestKeysThatAreNotTogether(t *testing.T) {
	dir := t.TempDir()
	s := stepped{t, []string{"--spec", filepath.Join("testdata", "shops.yaml")}}
	var names, all []string
	for i := range 2 {
		name := filepath.Join(dir, fmt.Sprintf("%d.ndjson", i))
		text := ""
		for id := range 2 {
			text += fmt.Sprintf(`{"request":{"method":"GET","url":"https://shop.example/refunds/%d"},"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":{"id":"r%d","status":"asked"}}}`+"\n", id, id)
		}
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
		names = append(names, name)
	}
	all = linesOf(s.step(strings.Join(manifestOf(names), ""), "map", "--names", "-"), "")
	require.Len(t, all, 4)
	status, _, stderr := plumbWith(stream(all), "reduce", "--run-key", "key", "--spec", s.flags[1])
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "are not together")
}

// No identity, no body, no URL and no credential is in what goes from step to step, in any
// encoding.
func TestNothingIsToldInLines(t *testing.T) {
	r := newRun(t)
	lines := slices.Concat(linesOf(r.mapped, ""), linesOf(r.reduced, "#0\t"), linesOf(r.reduced, "#1\t"), linesOf(r.reduced, "#2\t"), r.outcomes())
	require.Greater(t, len(lines), 8)
	for _, line := range lines {
		for field := range strings.FieldsSeq(line) {
			raw, _ := base64.RawStdEncoding.DecodeString(field)
			unpacked, _ := io.ReadAll(flate.NewReader(bytes.NewReader(raw)))
			for _, text := range []string{field, string(raw), string(unpacked)} {
				for _, planted := range []string{plantedID, plantedSecret, plantedText, "open", "sent", "customer", "2026-01-01", "shop.example", "summary"} {
					assert.NotContains(t, text, planted)
				}
			}
		}
	}
	report := r.step(stream(r.outcomes()), "merge", "--format", "json")
	assert.Contains(t, report, plantedID)
	assert.NotContains(t, report, plantedSecret)
}

// Only who has the key of the run can make the keys of resources.
func TestRunKeyDecidesAboutKeys(t *testing.T) {
	r := newRun(t)
	keys := func(mapped string) (all []string) {
		for _, line := range linesOf(mapped, "") {
			key, _, _ := strings.Cut(line, "\t")
			all = append(all, key)
		}
		return all
	}
	other := r.plumb("", slices.Concat([]string{"map", "--run-key", "other", "--names", r.manifest}, r.flags)...)
	assert.NotEqual(t, keys(r.mapped), keys(other))
}

// The size of an outcome does not grow with the number of exchanges.
func TestOutcomesAreBounded(t *testing.T) {
	dir := t.TempDir()
	s := stepped{t, []string{"--spec", filepath.Join("testdata", "shops.yaml")}}
	size := func(n int) int {
		name := filepath.Join(dir, "x.ndjson")
		var b strings.Builder
		for i := range n {
			for _, state := range []string{"given", "asked"} {
				fmt.Fprintf(&b, `{"request":{"method":"GET","url":"https://shop.example/refunds/%d"},"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":{"id":"r%06d","status":%q,"new_%d":1}}}`+"\n", i, i, state, i)
			}
		}
		require.NoError(t, os.WriteFile(name, []byte(b.String()), 0o644))
		mapped := s.step("0\t"+name+"\n", "map", "--names", "-")
		observations := linesOf(mapped, "")
		slices.Sort(observations)
		reduced := s.step(stream(observations), "reduce")
		return max(len(linesOf(mapped, "#")[0]), len(linesOf(reduced, "#\t")[0]))
	}
	few, many := size(2000), size(6000)
	assert.Less(t, many, few*11/10)
}

// An engine can have tasks without objects.
func TestNoObjects(t *testing.T) {
	s := stepped{t, nil}
	assert.Equal(t, ".\t0\n", s.step("", "map", "--names", "-"))
}

// The bytes of an object on standard input are what its name gives.
func TestObjectOnStandardInput(t *testing.T) {
	r := newRun(t)
	name := filepath.Join(r.dir, "2.ndjson")
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	part := filepath.Join(r.dir, "part")
	require.NoError(t, os.WriteFile(part, []byte("2\t"+name+"\n"), 0o644))
	assert.Equal(t, r.step("", "map", "--names", part), r.step(string(text), "map", "--name", name, "--index", "2", "-"))
	verdicts := filepath.Join(r.dir, "verdicts")
	require.NoError(t, os.WriteFile(verdicts, []byte(stream(linesOf(r.reduced, "#2\t"))), 0o644))
	assert.Equal(t, r.step("", "map", "--verdicts="+verdicts, "--names", part), r.step(string(text), "map", "--verdicts="+verdicts, "--name", name, "--index", "2", "-"))
}

// What cannot be read is in the report, and is an error only where that is asked for.
func TestObjectsThatCannotBeRead(t *testing.T) {
	r := newRun(t)
	missing := "0\t" + filepath.Join(r.dir, "missing.ndjson") + "\n"
	status, stdout, stderr := plumbWith(missing, slices.Concat([]string{"map", "--run-key", "key", "--names", "-"}, r.flags)...)
	assert.Equal(t, 0, status)
	assert.Contains(t, stderr, "missing.ndjson")
	report := r.step(stdout, "merge", "--format", "json")
	assert.Contains(t, report, "a file that cannot be read")
	status, stdout, stderr = plumbWith(missing, slices.Concat([]string{"map", "--run-key", "key", "--names", "-", "--strict-input"}, r.flags)...)
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "--strict-input")
	assert.NotContains(t, stdout, "\n.\t")
}

// A summary of all steps is that of check, but for the histories.
func TestSummaryOfSteps(t *testing.T) {
	r := newRun(t)
	mapped := r.step("", "map", "--observe", "--names", r.manifest)
	observations := linesOf(mapped, "")
	slices.Sort(observations)
	reduced := r.step(stream(observations), "reduce")
	again := r.step(reduced, "map", "--verdicts", "--names", r.manifest)
	outcomes := slices.Concat(linesOf(mapped, "#\t"), linesOf(reduced, "#\t"), linesOf(again, "#\t"))
	ofSteps, ofCheck := filepath.Join(r.dir, "steps.sum"), filepath.Join(r.dir, "check.sum")
	r.step(stream(outcomes), "merge", "--summary", ofSteps)
	plumbWith("", slices.Concat([]string{"check", "--config", "", "--summary", ofCheck}, r.flags, []string{filepath.Join(r.dir, "*.ndjson")})...)
	_, fromSteps, stderr := plumbWith("", slices.Concat([]string{"drift", "--config", "", "--format", "json"}, r.flags, []string{ofSteps})...)
	_, fromCheck, _ := plumbWith("", slices.Concat([]string{"drift", "--config", "", "--format", "json"}, r.flags, []string{ofCheck})...)
	require.NotEmpty(t, fromCheck, stderr)
	assert.Equal(t, fromCheck, fromSteps)
	status, _, stderr := plumbWith(stream(r.outcomes()), slices.Concat([]string{"merge", "--run-key", "key", "--summary", ofSteps}, r.flags)...)
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "give all maps --observe")
}

// An object that is not what it was cannot be looked at again.
func TestObjectsThatChange(t *testing.T) {
	r := newRun(t)
	name := filepath.Join(r.dir, "2.ndjson")
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	for _, changed := range []string{"", strings.ReplaceAll(string(text), plantedID, "another"), "\x00"} {
		require.NoError(t, os.Remove(name))
		if changed != "" {
			require.NoError(t, os.WriteFile(name, []byte(changed), 0o644))
		} else {
			defer os.WriteFile(name, text, 0o644)
		}
		status, stdout, stderr := plumbWith(r.reduced, slices.Concat([]string{"map", "--run-key", "key", "--verdicts", "--names", r.manifest}, r.flags)...)
		assert.Equal(t, 2, status)
		assert.Contains(t, stderr, name)
		assert.NotContains(t, stdout, "#\t")
		require.NoError(t, os.WriteFile(name, text, 0o644))
	}
}

// The lines with one key must go to one reduce, which plumb notices only at the end.
func TestKeysOfTwoReduces(t *testing.T) {
	r := newRun(t)
	observations := linesOf(r.mapped, "")
	slices.Sort(observations)
	outcomes := linesOf(r.mapped, "#\t")
	for _, line := range observations {
		outcomes = append(outcomes, linesOf(r.step(stream([]string{line}), "reduce"), "#\t")...)
	}
	status, _, stderr := plumbWith(stream(outcomes), slices.Concat([]string{"merge", "--run-key", "key"}, r.flags)...)
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "all lines with a key must go to one reduce")
}

// With --strict-input whatever cannot be read whole is an error.
func TestStrictInput(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"empty": "", "unknown": "\x00\x01", "cut.ndjson": `{"request":{"method":"GET","url":"/x"},"response":{"status":200}}` + "\n" + `{"request":{"meth`} {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		status, _, _ := plumbWith("0\t"+file+"\n", "map", "--run-key", "k", "--names", "-")
		assert.Equal(t, 0, status, name)
		status, _, stderr := plumbWith("0\t"+file+"\n", "map", "--run-key", "k", "--names", "-", "--strict-input")
		assert.Equal(t, 2, status, name)
		assert.Contains(t, stderr, file)
	}
}

// failing fails after some bytes, as a full disk or a closed pipe does.
type failing struct{ left int }

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

func TestLinesThatCannotBeWritten(t *testing.T) {
	r := newRun(t)
	for _, left := range []int{0, 1, 100, len(r.mapped) - 1} {
		var stderr bytes.Buffer
		args := slices.Concat([]string{"map", "--run-key", "key", "--names", r.manifest}, r.flags)
		status := Run(context.Background(), args, strings.NewReader(""), &failing{left}, &stderr, func(string) string { return "" })
		assert.Equal(t, 2, status)
		assert.Contains(t, stderr.String(), "standard output: ")
	}
}

// A step that waits for lines ends when the user ends the run.
func TestStepsAreInterrupted(t *testing.T) {
	for _, args := range [][]string{{"reduce"}, {"merge"}, {"map", "--names", "-"}, {"map", "--verdicts", "--names", os.DevNull}} {
		ctx, interrupt := context.WithCancel(context.Background())
		in, to := io.Pipe() // nothing comes
		var stderr bytes.Buffer
		ended := make(chan int)
		go func() {
			ended <- Run(ctx, append(args, "--run-key", "k"), in, io.Discard, &stderr, func(string) string { return "" })
		}()
		interrupt()
		assert.Equal(t, 2, <-ended, args)
		assert.Contains(t, stderr.String(), "interrupted", args)
		to.Close()
	}
}

// What is said of an exchange names its object.
func TestMessagesNameObjects(t *testing.T) {
	r := newRun(t)
	name := filepath.Join(r.dir, "0.ndjson")
	require.NoError(t, os.WriteFile(name, []byte(`{"request":{"method":"GET","url":"https://shop.example/elsewhere"},"response":{"status":429}}`+"\n"), 0o644))
	status, _, stderr := plumbWith("", slices.Concat([]string{"map", "--run-key", "key", "--verbose", "--names", r.manifest}, r.flags)...)
	assert.Equal(t, 0, status)
	assert.Contains(t, stderr, name+" entry 1 skipped: ")
}

// The verdict on a report of recordings that could not all be read is that of check.
func TestVerdictOnUnreadableObjects(t *testing.T) {
	r := newRun(t)
	missing := filepath.Join(r.dir, "missing.ndjson")
	mapped := r.step("0\t"+missing+"\n", "map", "--names", "-")
	report := r.step(mapped, "merge", "--format", "json")
	status, stdout, stderr := plumbWith(report, "report", "--fail-on", "error", "-")
	assert.Equal(t, 2, status)
	assert.NotEmpty(t, stdout)
	assert.Contains(t, stderr, "1 file could not be read, or not to the end")
	status, _, _ = plumbWith(report, "report", "-")
	assert.Equal(t, 0, status)
}

// What is said of the life before names the response that had the value, however the files
// are called, and the steps say the same.
func TestLifeBeforeIsNamed(t *testing.T) {
	dir := t.TempDir()
	line := func(second int, status, created string) string {
		return fmt.Sprintf(`{"time":"2026-01-01T00:00:%02dZ","request":{"method":"GET","url":"https://shop.example/orders/order_1"},"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":{"id":"order_1","status":%q,"created":"2026-01-01T00:00:%sZ"}}}`+"\n", second, status, created)
	}
	s := stepped{t, []string{"--spec", filepath.Join("testdata", "shops.yaml")}}
	for _, names := range [][]string{{"a", "b", "c"}, {"b", "c", "a"}} {
		later, anew, earlier := names[0], names[1], names[2]
		for name, text := range map[string]string{later: line(12, "open", "05"), anew: line(30, "open", "20"), earlier: line(10, "open", "02")} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name+".ndjson"), []byte(text), 0o644))
		}
		_, want, _ := plumbWith("", slices.Concat([]string{"check", "--config", "", "--format", "json"}, s.flags, []string{dir})...)
		assert.Contains(t, want, "in "+filepath.Join(dir, earlier)+`.ndjson, line 1 of 2026-01-01 00:00:10 UTC: \"2026-01-01T00:00:02Z`)
		var files []string
		for _, name := range []string{"a", "b", "c"} {
			files = append(files, filepath.Join(dir, name+".ndjson"))
		}
		manifest := strings.Join(manifestOf(files), "")
		mapped := s.step(manifest, "map", "--names", "-")
		observations := linesOf(mapped, "")
		slices.Sort(observations)
		reduced := s.step(stream(observations), "reduce")
		part := filepath.Join(t.TempDir(), "manifest")
		require.NoError(t, os.WriteFile(part, []byte(manifest), 0o644))
		again := s.step(reduced, "map", "--verdicts", "--names", part)
		got := s.step(stream(slices.Concat(linesOf(mapped, "#\t"), linesOf(reduced, "#\t"), linesOf(again, "#\t"))), "merge", "--format", "json")
		if want != got {
			t.Fatal(firstDifference(want, got))
		}
	}
}
