package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestStepsInAFolder runs all steps in a folder, several of them twice and at the same
// time, and compares the report with that of check.
func TestStepsInAFolder(t *testing.T) {
	r := newRun(t)
	manifest, err := os.ReadFile(r.manifest)
	require.NoError(t, err)
	folder := filepath.Join(r.dir, "run")
	first := func(index int, more ...string) (int, string) {
		args := slices.Concat([]string{"map", "--out", folder, "--partitions", "3", "--of", "2", "--index", fmt.Sprint(index)}, r.flags, more)
		status, _, stderr := plumbWith(string(manifest), args...)
		return status, stderr
	}
	in := func(args ...string) (int, string, string) { return plumbWith("", append(args, "--in", folder)...) }
	both := func(step func() int) {
		var wait sync.WaitGroup
		for range 2 {
			wait.Go(func() { assert.Equal(t, 0, step()) })
		}
		wait.Wait()
	}

	status, _, stderr := in("reduce", "--partition", "0")
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "there is no run")
	both(func() int { status, _ := first(0); return status })
	status, _, stderr = in("reduce", "--partition", "0")
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "of the 2 processes of plumb map, 1 have not ended: 1")
	status, stderr = first(1, "--strict")
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "is of another run")
	status, _, stderr = plumbWith("0\telsewhere\n", slices.Concat([]string{"map", "--out", folder, "--partitions", "3", "--of", "2", "--index", "1"}, r.flags)...)
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "is of another run")
	both(func() int { status, _ := first(1); return status })
	status, _, stderr = in("map", "--verdicts", "--index", "0")
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "of the 3 processes of plumb reduce, 3 have not ended: 0, 1, 2")
	for j := range 3 {
		both(func() int { status, _, _ := in("reduce", "--partition", fmt.Sprint(j)); return status })
	}
	status, _, stderr = in("merge")
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "map --verdicts")
	for i := range 2 {
		both(func() int { status, _, _ := in("map", "--verdicts", "--index", fmt.Sprint(i)); return status })
	}
	status, _, stderr = in("merge", "--strict")
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "the flags are those of the first round")
	for range 2 {
		status, got, stderr := in("merge", "--format", "json")
		require.Equal(t, 0, status, stderr)
		_, want, _ := plumbWith("", slices.Concat([]string{"check", "--config", "", "--format", "json"}, r.flags, []string{filepath.Join(r.dir, "*.ndjson")})...)
		require.Contains(t, want, "history-changed")
		if want != got {
			t.Fatal(firstDifference(want, got))
		}
	}
	left, err := filepath.Glob(filepath.Join(folder, "*.tmp-*"))
	require.NoError(t, err)
	assert.Empty(t, left)

	require.NoError(t, os.WriteFile(filepath.Join(folder, "manifest"), []byte(strings.Repeat("0\tx\n", 1)), 0o644))
	status, _, stderr = in("merge")
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "was changed since the run began")
}

// What is wrong on the command line is said before anything is read.
func TestWrongUsageOfSteps(t *testing.T) {
	for _, c := range [][2]string{
		{"map x", "--run-key is not set"},
		{"map --run-key k", "no objects are named"},
		{"map --run-key k --name x -", "--index N"},
		{"map --run-key k --names - --name x", "name the objects in one way"},
		{"map --run-key k --names - --verdicts", "cannot both be on standard input"},
		{"map --run-key k --names /nowhere/manifest", "no such file"},
		{"map --out d --index 0 --of 1 --partitions 1", "there are no names of objects"},
		{"map --run-key k --jobs 0 x", "--jobs: 0 is not a whole number from 1 to 1024"},
		{"map --out d", "--index is not set"},
		{"map --out d --index 0", "--of N --partitions R"},
		{"map --run-key k --names x --index 3", "--index is the number of the object that --name names"},
		{"reduce --run-key k --partition 3", "give --in DIR, too"},
		{"map --out d --index 2 --of 2 --partitions 1", "2 is not a number from 0 to 1"},
		{"map --out d --in d", "are both set"},
		{"map --in d --index 0", "give --verdicts, too"},
		{"map --in nowhere --index 0 --verdicts", "there is no run"},
		{"reduce --in nowhere", "--partition is not set"},
		{"reduce", "--run-key is not set"},
		{"merge --in nowhere x", "no other files are read"},
		{"merge --run-key k nowhere", "no such file"},
	} {
		status, stdout, stderr := plumbWith("", strings.Fields(c[0])...)
		assert.Equal(t, 2, status, c[0])
		assert.Contains(t, stderr, c[1], c[0])
		assert.Empty(t, stdout, c[0])
	}
	for _, manifest := range []string{"x", "0 x\n", "-1\tx\n", "0\t\n", "1\tb\n0\tc\n", "0\tb\n1\ta\n", "0\ta\n1\ta\n", "0\t-\n", "0\t" + strings.Repeat("x", 1<<20)} {
		status, _, stderr := plumbWith(manifest, "map", "--run-key", "k", "--names", "-")
		assert.Equal(t, 2, status, manifest)
		assert.Contains(t, stderr, "standard input:", manifest)
	}
}

// A rule that reads a whole response would send bodies from machine to machine.
func TestRulesThatReadBodies(t *testing.T) {
	name := filepath.Join(t.TempDir(), "api.yaml")
	text, err := os.ReadFile(filepath.Join("testdata", "shops.yaml"))
	require.NoError(t, err)
	text = []byte(strings.Replace(string(text), "'!has(self.n) || !has(oldSelf.n) || self.n <= oldSelf.n + 1'", "'self == oldSelf'", 1))
	require.NoError(t, os.WriteFile(name, text, 0o644))
	status, _, stderr := plumbWith("0\tx\n", "map", "--run-key", "k", "--names", "-", "--spec", name)
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "order-count reads all of self or oldSelf")
	status, _, _ = plumbWith("0\tx\n", "map", "--run-key", "k", "--names", "-", "--spec", name, "--no-history")
	assert.Equal(t, 0, status)
}

// What a rule reads that is turned off goes nowhere.
func TestRulesThatAreOffReadNothing(t *testing.T) {
	r := newRun(t)
	with := r.step("", "map", "--names", r.manifest)
	without := r.step("", "map", "--names", r.manifest, "--rule", "order-*=off")
	assert.Less(t, len(linesOf(without, "")), len(linesOf(with, "")))
	assert.Len(t, linesOf(without, ""), 3, "one for each object")
}

// A first call that is refused does not make the folder, so that a second one can have
// other flags.
func TestFolderIsMadeWhenAllIsRight(t *testing.T) {
	r := newRun(t)
	manifest, err := os.ReadFile(r.manifest)
	require.NoError(t, err)
	folder := filepath.Join(r.dir, "run")
	first := slices.Concat([]string{"map", "--out", folder, "--partitions", "1", "--of", "1", "--index", "0"}, r.flags)
	for _, wrong := range []string{"--schema=Nope", "--rule=nope=off", "--spec=nowhere.yaml"} {
		status, _, _ := plumbWith(string(manifest), append(first, wrong)...)
		assert.Equal(t, 2, status, wrong)
		assert.NoDirExists(t, folder, wrong)
	}
	status, _, stderr := plumbWith(string(manifest), first...)
	assert.Equal(t, 0, status, stderr)
}

// All steps must have the same settings, also those of a configuration file, and what was
// written must not change.
func TestFolderThatWasChanged(t *testing.T) {
	r := newRun(t)
	manifest, err := os.ReadFile(r.manifest)
	require.NoError(t, err)
	config := filepath.Join(r.dir, "plumb.yaml")
	require.NoError(t, os.WriteFile(config, []byte("strict: false\n"), 0o644))
	folder := filepath.Join(r.dir, "run")
	first := slices.Concat([]string{"map", "--out", folder, "--partitions", "1", "--of", "1", "--index", "0", "--config", config}, r.flags)
	status, _, stderr := plumbWith(string(manifest), first...)
	require.Equal(t, 0, status, stderr)
	reduce := []string{"reduce", "--in", folder, "--partition", "0"}

	require.NoError(t, os.WriteFile(config, []byte("strict: true\n"), 0o644))
	status, _, stderr = plumbWith("", reduce...)
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "the settings are not those of the first round")
	status, _, stderr = plumbWith(string(manifest), first...)
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "is of another run")
	require.NoError(t, os.WriteFile(config, []byte("strict: false\n"), 0o644))

	part := filepath.Join(folder, "map-0", "part-0")
	text, err := os.ReadFile(part)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(part, text[:len(text)/2], 0o644))
	status, _, stderr = plumbWith("", reduce...)
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "map-0 is damaged: remove it")
	require.NoError(t, os.RemoveAll(filepath.Join(folder, "map-0")))
	for _, args := range [][]string{first, reduce} {
		status, _, stderr = plumbWith(string(manifest), args...)
		assert.Equal(t, 0, status, stderr)
	}
}
